import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type { Vault } from '../../core/ports/vault.ts';
import { RouterError } from '../../core/router-error.ts';

/** The opened data key and where it is kept. */
export interface DataKey {
  /** 32 bytes. */
  readonly key: Uint8Array;
  readonly sealing: Vault['sealing'];
}

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/** Shorter values are what keyless local servers are given ("EMPTY"): redacting those would only blur texts. */
const SHORTEST_REDACTED = 6;

/**
 * Secrets under AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D, 8.2.2). The key's id is authenticated
 * with it, so that a sealed secret moved to another key's row does not open.
 * Layout: version (1), nonce (12), ciphertext, tag (16).
 */
export class EnvelopeVault implements Vault {
  readonly sealing: Vault['sealing'];
  readonly #key: KeyObject;
  readonly #held = new Map<string, string>();
  #redactions: readonly string[] = [];

  constructor({ key, sealing }: DataKey) {
    if (key.byteLength !== KEY_BYTES) throw new RouterError('internal', 'A data key has 32 bytes.');
    this.#key = createSecretKey(key);
    this.sealing = sealing;
  }

  seal(keyId: string, secret: string): Uint8Array {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(associatedData(keyId));
    const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return new Uint8Array(Buffer.concat([Uint8Array.of(VERSION), nonce, body, cipher.getAuthTag()]));
  }

  open(keyId: string, sealed: Uint8Array): string {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    if (bytes[0] !== VERSION || bytes.length < 1 + NONCE_BYTES + TAG_BYTES) {
      throw new RouterError('internal', `What is stored sealed for ${keyId} has an unknown format.`);
    }
    const nonce = bytes.subarray(1, 1 + NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(associatedData(keyId));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      const body = bytes.subarray(1 + NONCE_BYTES, -TAG_BYTES);
      return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
    } catch (error) {
      throw new RouterError(
        'internal',
        `What is stored sealed for ${keyId} was altered, or sealed for another one or under another data key. ` +
          "If it is a key's secret, rotate the key: enter it again.",
        { cause: error },
      );
    }
  }

  hold(keyId: string, secret: string): void {
    this.#held.set(keyId, secret);
    this.#prepareRedaction();
  }

  reveal(keyId: string): string | undefined {
    return this.#held.get(keyId);
  }

  drop(keyId: string): void {
    this.#held.delete(keyId);
    this.#prepareRedaction();
  }

  redact(text: string): string {
    let redacted = text;
    for (const secret of this.#redactions) redacted = redacted.replaceAll(secret, '[redacted]');
    return redacted;
  }

  /** Longest first: a secret that contains another must not be left half readable. */
  #prepareRedaction(): void {
    const forms = new Set<string>();
    for (const secret of this.#held.values()) {
      if (secret.length < SHORTEST_REDACTED) continue;
      forms.add(secret);
      forms.add(encodeURIComponent(secret));
      forms.add(JSON.stringify(secret).slice(1, -1));
    }
    this.#redactions = [...forms].sort((one, other) => other.length - one.length);
  }
}

function associatedData(keyId: string): Buffer {
  return Buffer.from(`apikeyrouter key ${VERSION} ${keyId}`, 'utf8');
}
