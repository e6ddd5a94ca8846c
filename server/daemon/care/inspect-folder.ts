import { EnvelopeVault } from '../../adapters/envelope/envelope-vault.ts';
import { openDataKey } from '../../adapters/envelope/open-data-key.ts';
import { readVaultRecord } from '../../adapters/envelope/vault-record.ts';
import { KeyringKeychain } from '../../adapters/keychain/keyring-keychain.ts';
import { type DatabaseCondition, inspectDatabase } from '../../adapters/sqlite/inspect-database.ts';
import type { BesideBundle } from '../beside-bundle.ts';
import { databaseFile } from '../database-file.ts';

/** A person may be asked to unlock it, but nobody waits for a keychain that is not there. */
const KEYCHAIN_MS = 5_000;

/** The database of a folder; `null` if there is none yet. */
export function databaseCondition(folder: string, beside: BesideBundle): DatabaseCondition | null {
  const { nativeBinding } = beside;
  return inspectDatabase({
    file: databaseFile(folder),
    ...(nativeBinding === undefined ? {} : { nativeBinding }),
  });
}

/** Whether the data key of a folder opens what is sealed. Nothing is made where there is none. */
export type VaultCondition =
  | { readonly kind: 'none' }
  | { readonly kind: 'closed'; readonly message: string }
  | { readonly kind: 'open'; readonly sealing: string; readonly unreadable: readonly string[] };

/** Opens the data key as a daemon would, and tries it on the stored secrets, which are not kept. */
export async function vaultCondition(options: {
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly keychainAddon: string;
  readonly sealed: ReadonlyMap<string, Uint8Array>;
}): Promise<VaultCondition> {
  const { folder, env, keychainAddon, sealed } = options;
  try {
    if (!readVaultRecord(folder)) return { kind: 'none' };
    const keychain = new KeyringKeychain({ addon: keychainAddon, env, timeoutMs: KEYCHAIN_MS });
    const vault = new EnvelopeVault(await openDataKey({ folder, env, keychain, firstRun: 'refuse' }));
    const unreadable = [...sealed].filter(([id, bytes]) => !opens(vault, id, bytes)).map(([id]) => id);
    return { kind: 'open', sealing: vault.sealing, unreadable };
  } catch (error) {
    return { kind: 'closed', message: error instanceof Error ? error.message : String(error) };
  }
}

function opens(vault: EnvelopeVault, id: string, sealed: Uint8Array): boolean {
  try {
    vault.open(id, sealed);
    return true;
  } catch {
    return false;
  }
}

/** Whether the system's keychain answers; the sentence says why not. */
export async function keychainCondition(
  env: Readonly<Record<string, string | undefined>>,
  addon: string,
): Promise<{ readonly ok: true } | { readonly ok: false; readonly message: string }> {
  const answer = await new KeyringKeychain({ addon, env, timeoutMs: KEYCHAIN_MS }).read('doctor');
  return answer.ok ? { ok: true } : answer;
}
