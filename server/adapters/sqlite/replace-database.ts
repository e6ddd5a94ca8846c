import { chmodSync, constants, copyFileSync, existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { RouterError } from '../../core/router-error.ts';
import { checkDatabase } from './check-database.ts';
import { openDatabase, reasonOf } from './open-database.ts';
import { timeInName } from './time-in-name.ts';

/** What SQLite keeps beside a database. */
const BESIDE = ['-wal', '-shm', '-journal'];

/**
 * Puts a copy of `backup` in the place of a database that nobody has open; what was there is kept beside under another
 * name. Throws `RouterError('store_unavailable')` for what is no whole database that this version knows: then nothing
 * has changed.
 */
export function replaceDatabase(job: {
  readonly file: string;
  readonly backup: string;
  readonly now: number;
  readonly nativeBinding?: string;
}): { readonly replaced: string | null; readonly secrets: number } {
  const { file, backup, now, nativeBinding } = job;
  const binding = nativeBinding === undefined ? {} : { nativeBinding };
  const draft = `${file}.restoring`;
  try {
    takeIn(backup, draft);
    const secrets = check(draft, binding);
    const replaced = existsSync(file) ? `${file}.replaced-${timeInName(now)}` : null;
    if (replaced) {
      foldLog(file, binding);
      for (const rest of ['', ...BESIDE]) {
        if (existsSync(`${file}${rest}`)) renameSync(`${file}${rest}`, `${replaced}${rest}`);
      }
    }
    renameSync(draft, file);
    return { replaced, secrets };
  } catch (error) {
    if (error instanceof RouterError) throw error;
    const message = `${backup} can't be restored: ${reasonOf(error)}`;
    throw new RouterError('store_unavailable', message, { cause: error });
  } finally {
    for (const rest of ['', ...BESIDE]) rmSync(`${draft}${rest}`, { force: true });
  }
}

function takeIn(backup: string, draft: string): void {
  const log = statSync(`${backup}-wal`, { throwIfNoEntry: false });
  if (log && log.size > 0) {
    throw new RouterError(
      'store_unavailable',
      `${backup} was copied while it was in use, and its newest part is in ${backup}-wal. Restore a file that "apikeyrouter backup" made.`,
    );
  }
  rmSync(draft, { force: true });
  copyFileSync(backup, draft, constants.COPYFILE_EXCL);
  chmodSync(draft, 0o600);
}

function check(draft: string, binding: { readonly nativeBinding?: string }): number {
  const copy = openDatabase({ file: draft, busyTimeoutMs: 0, ...binding });
  try {
    copy.pragma('journal_mode = DELETE');
    checkDatabase(copy, 'thorough');
    return copy.prepare<[], number>('SELECT count(*) FROM secrets').pluck().get() ?? 0;
  } finally {
    copy.close();
  }
}

/** So that what is kept is one file. A damaged one is kept as it is: that may be why another is restored. */
function foldLog(file: string, binding: { readonly nativeBinding?: string }): void {
  try {
    const old = openDatabase({ file, busyTimeoutMs: 1_000, ...binding });
    try {
      old.pragma('journal_mode = DELETE');
    } finally {
      old.close();
    }
  } catch {
    return;
  }
}
