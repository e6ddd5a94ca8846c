import { randomBytes } from 'node:crypto';
import { RouterError } from '../../core/router-error.ts';
import { makePrivateFolder } from '../files/private-file.ts';
import { dataKeyFile, readDataKeyFile, writeDataKeyFile } from './data-key-file.ts';
import type { DataKey } from './envelope-vault.ts';
import type { Keychain } from './keychain.ts';
import { checkOf, matches, readVaultRecord, type VaultRecord, writeVaultRecord } from './vault-record.ts';
import { unwrapKey, wrapKey } from './wrap-key.ts';

/** Where a data key may be kept. */
export interface DataKeyOptions {
  /** The data folder. */
  readonly folder: string;
  /** Reads `APIKEYROUTER_MASTER_KEY`, and `APIKEYROUTER_KEYCHAIN`: `off` leaves the keychain out. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly keychain: Keychain;
  /** `refuse` where secrets are stored already: then a missing record is a loss, not a first run. */
  readonly firstRun?: 'create' | 'refuse';
}

/**
 * Opens the data key in the way that `vault.json` records; at the first run makes one and records how it is kept:
 * under `APIKEYROUTER_MASTER_KEY`, else in the keychain, else in a file. Throws `RouterError('internal')` with
 * what to do if the recorded way does not yield that very key: a new one would make every stored secret
 * unreadable. Call it under the daemon's lock.
 */
export async function openDataKey(options: DataKeyOptions): Promise<DataKey> {
  makePrivateFolder(options.folder);
  const record = readVaultRecord(options.folder);
  if (!record) return createDataKey(options);
  const key = await openRecorded(options, record);
  if (matches(record, key)) return { key, sealing: record.sealing };
  throw new RouterError(
    'internal',
    `The data key that was found (${record.sealing}) is not the one that the stored secrets are sealed with. ` +
      'Restore vault.json and the data key from one and the same backup.',
  );
}

function openRecorded(options: DataKeyOptions, record: VaultRecord): Promise<Uint8Array> {
  switch (record.sealing) {
    case 'environment':
      return openUnderMasterKey(options, record.wrapped);
    case 'keychain':
      return openInKeychain(options, record.account);
    case 'file':
      return openFile(options.folder);
  }
}

async function openFile(folder: string): Promise<Uint8Array> {
  const key = readDataKeyFile(folder);
  if (key) return key;
  throw new RouterError(
    'internal',
    `The data key file ${dataKeyFile(folder)} is gone, and without it the stored secrets can't be opened. ` +
      'Restore it from a backup, or remove vault.json and enter every secret again.',
  );
}

async function openUnderMasterKey(
  { env }: DataKeyOptions,
  wrapped: Parameters<typeof unwrapKey>[0],
): Promise<Uint8Array> {
  const passphrase = env['APIKEYROUTER_MASTER_KEY'];
  if (!passphrase) {
    throw new RouterError(
      'internal',
      'The stored secrets are sealed with APIKEYROUTER_MASTER_KEY, which is not set. Set it to the value that was ' +
        'used at the first run and start again.',
    );
  }
  const key = await unwrapKey(wrapped, passphrase);
  if (key) return key;
  throw new RouterError(
    'internal',
    'APIKEYROUTER_MASTER_KEY is not the value that the stored secrets were sealed with. Set the former value.',
  );
}

async function openInKeychain({ env, keychain }: DataKeyOptions, account: string): Promise<Uint8Array> {
  if (isOff(env)) {
    throw new RouterError(
      'internal',
      'The data key is in the system keychain, which APIKEYROUTER_KEYCHAIN=off excludes. Unset that variable.',
    );
  }
  const answer = await keychain.read(account);
  if (!answer.ok) {
    throw new RouterError(
      'internal',
      `The data key is in the system keychain, which can't be read: ${answer.message} ` +
        'Unlock the keychain (in a desktop session) and start again.',
    );
  }
  const key = Buffer.from(answer.value ?? '', 'base64');
  if (key.length === 32) return key;
  throw new RouterError(
    'internal',
    `The system keychain has no data key under "apikeyrouter", account "${account}". Restore that entry, or ` +
      'remove vault.json and enter every secret again.',
  );
}

async function createDataKey(options: DataKeyOptions): Promise<DataKey> {
  const { folder, env, keychain, firstRun = 'create' } = options;
  if (firstRun === 'refuse') {
    throw new RouterError(
      'internal',
      `Secrets are stored, but ${folder} has no vault.json that says how they are sealed. Restore it from a backup.`,
    );
  }
  // A start that was killed before it wrote the record may have left a key here, or the record was lost.
  const orphan = readDataKeyFile(folder);
  if (orphan) return record(folder, { sealing: 'file' }, orphan);

  const key = randomBytes(32);
  const passphrase = env['APIKEYROUTER_MASTER_KEY'];
  if (passphrase) {
    return record(folder, { sealing: 'environment', wrapped: await wrapKey(key, passphrase) }, key);
  }
  if (!isOff(env)) {
    const account = `data-key-${randomBytes(6).toString('hex')}`;
    if (await keptByKeychain(keychain, account, key)) {
      return record(folder, { sealing: 'keychain', account }, key);
    }
  }
  writeDataKeyFile(folder, key);
  return record(folder, { sealing: 'file' }, key);
}

/** Reads back what was written: a keychain that only seems to work would lose every secret at the next start. */
async function keptByKeychain(keychain: Keychain, account: string, key: Uint8Array): Promise<boolean> {
  const secret = Buffer.from(key).toString('base64');
  const written = await keychain.write(account, secret);
  if (!written.ok) return false;
  const read = await keychain.read(account);
  return read.ok && read.value === secret;
}

type Way =
  | Pick<Extract<VaultRecord, { sealing: 'environment' }>, 'sealing' | 'wrapped'>
  | Pick<Extract<VaultRecord, { sealing: 'keychain' }>, 'sealing' | 'account'>
  | Pick<Extract<VaultRecord, { sealing: 'file' }>, 'sealing'>;

function record(folder: string, way: Way, key: Uint8Array): DataKey {
  writeVaultRecord(folder, { version: 1, check: checkOf(key), ...way });
  return { key, sealing: way.sealing };
}

function isOff(env: DataKeyOptions['env']): boolean {
  return env['APIKEYROUTER_KEYCHAIN'] === 'off';
}
