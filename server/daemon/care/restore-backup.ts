import { existsSync } from 'node:fs';
import path from 'node:path';
import { makePrivateFolder } from '../../adapters/files/private-file.ts';
import { replaceDatabase } from '../../adapters/sqlite/replace-database.ts';
import { RouterError } from '../../core/router-error.ts';
import { databaseFile } from '../database-file.ts';
import { acquireLock, type LockOptions } from '../single-instance.ts';

export interface Restored {
  /** Where the former database is now; `null` if there was none. */
  readonly replaced: string | null;
  /** The secrets in it can only be opened with the `vault.json` that this folder does not have. */
  readonly vaultMissing: boolean;
}

/**
 * Puts a backup in the place of a folder's database. Throws `RouterError`: `conflict` while a daemon runs on the folder,
 * `not_found` and `store_unavailable` for what is no good backup.
 */
export function restoreBackup(
  folder: string,
  backup: string,
  { now, ...locking }: LockOptions & { readonly now: number },
): Restored {
  if (!existsSync(backup)) throw new RouterError('not_found', `There is no file ${backup}.`);
  makePrivateFolder(folder);
  const lock = acquireLock(folder, locking);
  if (!lock) {
    throw new RouterError(
      'conflict',
      'The daemon is running. Stop it with "apikeyrouter stop", restore, and start it again.',
    );
  }
  try {
    const { replaced, secrets } = replaceDatabase({ file: databaseFile(folder), backup, now, ...locking });
    return { replaced, vaultMissing: secrets > 0 && !existsSync(path.join(folder, 'vault.json')) };
  } finally {
    lock.release();
  }
}
