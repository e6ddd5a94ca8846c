import { unwrapKey, wrapKey } from '../../adapters/envelope/wrap-key.ts';
import type { RegistrySnapshot } from '../../core/ports/store.ts';
import { RouterError } from '../../core/router-error.ts';

/** Everything that is configured, with its secrets in clear: never written as it stands. */
export interface Transfer {
  readonly registry: Omit<RegistrySnapshot, 'cells' | 'alerts'>;
  /** Of keys and webhooks, by their ids. */
  readonly secrets: Readonly<Record<string, string>>;
}

const PRODUCT = 'apikeyrouter export';
const VERSION = 1;
/** Shorter ones are guessed, however expensive each guess is. */
const LEAST_PASSPHRASE = 8;

/** The text of an export file: scrypt and AES-256-GCM over JSON. Throws `RouterError('invalid_request')`. */
export async function sealTransfer(transfer: Transfer, passphrase: string): Promise<string> {
  if (passphrase.length < LEAST_PASSPHRASE) {
    throw new RouterError('invalid_request', `A passphrase has at least ${LEAST_PASSPHRASE} characters.`);
  }
  const sealed = await wrapKey(Buffer.from(JSON.stringify(transfer)), passphrase);
  return `${JSON.stringify({ product: PRODUCT, version: VERSION, ...sealed })}\n`;
}

/** Throws `RouterError('invalid_request')` for what is no export, is one of a newer version, or another passphrase's. */
export async function openTransfer(text: string, passphrase: string): Promise<Transfer> {
  const file = parsed(text);
  if (file?.['product'] !== PRODUCT) {
    throw new RouterError('invalid_request', 'This is no file that "apikeyrouter export" made.');
  }
  if (file['version'] !== VERSION) {
    throw new RouterError('invalid_request', 'This file was made by a newer version. Update this one first.');
  }
  const bytes = await unwrapKey(file as unknown as Parameters<typeof unwrapKey>[0], passphrase);
  if (!bytes) {
    throw new RouterError('invalid_request', 'The passphrase is another one, or the file was altered.');
  }
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as Transfer;
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? (value as Readonly<Record<string, unknown>> | null) : null;
  } catch {
    return null;
  }
}
