import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { RouterError } from '../../core/router-error.ts';
import { writePrivateFile } from '../files/private-file.ts';
import type { WrappedKey } from './wrap-key.ts';

/** How the data key of a folder is kept. `check` proves a key without telling anything about it. */
export type VaultRecord = { readonly version: 1; readonly check: string } & (
  | { readonly sealing: 'environment'; readonly wrapped: WrappedKey }
  | { readonly sealing: 'keychain'; readonly account: string }
  | { readonly sealing: 'file' }
);

/** Where the record lies. */
function vaultRecordFile(folder: string): string {
  return path.join(folder, 'vault.json');
}

/** The record; `null` if there is none yet. Throws `RouterError` if it can't be read: that is never a first run. */
export function readVaultRecord(folder: string): VaultRecord | null {
  const file = vaultRecordFile(folder);
  let record: Partial<VaultRecord> | null;
  try {
    record = JSON.parse(readFileSync(file, 'utf8')) as Partial<VaultRecord> | null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new RouterError('internal', `Cannot read ${file}. Restore it from a backup.`, { cause: error });
  }
  if (record?.version !== 1 || typeof record.check !== 'string' || !isSealing(record)) {
    throw new RouterError(
      'internal',
      `${file} has a format that this version does not know. Update API Key Router, or restore the file.`,
    );
  }
  return record;
}

/** Writes the record (0600). */
export function writeVaultRecord(folder: string, record: VaultRecord): void {
  writePrivateFile(vaultRecordFile(folder), `${JSON.stringify(record, null, 2)}\n`);
}

/** The check value of a data key: HMAC-SHA256 under it, which only the same key yields. */
export function checkOf(key: Uint8Array): string {
  return createHmac('sha256', key).update('apikeyrouter data key').digest('hex');
}

/** Whether a key is the one that a record was written for. */
export function matches(record: VaultRecord, key: Uint8Array): boolean {
  const wanted = Buffer.from(record.check, 'hex');
  const given = Buffer.from(checkOf(key), 'hex');
  return wanted.length === given.length && timingSafeEqual(wanted, given);
}

function isSealing(record: Partial<VaultRecord>): record is VaultRecord {
  switch (record.sealing) {
    case 'environment':
      return typeof record.wrapped === 'object';
    case 'keychain':
      return typeof record.account === 'string';
    case 'file':
      return true;
    case undefined:
      return false;
    default:
      return false;
  }
}
