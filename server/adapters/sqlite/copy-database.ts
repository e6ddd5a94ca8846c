import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { RouterError } from '../../core/router-error.ts';
import { checkDatabase } from './check-database.ts';
import { openDatabase } from './open-database.ts';

/** SQLite counts pages in 32 bits: all of them in one step. */
const ALL_PAGES = 0x7fffffff;

/**
 * Copies a database that is written to meanwhile into one file (0600) that is checked before it gets its name. In one step
 * it is one snapshot; in several every commit in between would have it begin anew
 * (https://www.sqlite.org/backup.html). Rejects if the target exists, and leaves nothing behind then.
 */
export async function copyDatabase(job: {
  readonly file: string;
  readonly target: string;
  readonly nativeBinding?: string;
}): Promise<{ readonly bytes: number }> {
  const { file, target, nativeBinding } = job;
  const binding = nativeBinding === undefined ? {} : { nativeBinding };
  const draft = `${target}.${randomBytes(4).toString('hex')}.part`;
  try {
    const source = openDatabase({ file, busyTimeoutMs: 5_000, ...binding });
    try {
      // Makes the file with its mode, before SQLite would with another.
      openDatabase({ file: draft, busyTimeoutMs: 0, ...binding }).close();
      await source.backup(draft, { progress: () => ALL_PAGES });
    } finally {
      source.close();
    }
    const copy = openDatabase({ file: draft, busyTimeoutMs: 0, ...binding });
    try {
      // One file: a copy in WAL mode would come with two others as soon as it is looked at.
      copy.pragma('journal_mode = DELETE');
      checkDatabase(copy, 'thorough');
    } finally {
      copy.close();
    }
    if (existsSync(target)) throw new RouterError('conflict', `There is already ${target}.`);
    renameSync(draft, target);
    return { bytes: statSync(target).size };
  } finally {
    for (const rest of ['', '-wal', '-shm', '-journal']) rmSync(`${draft}${rest}`, { force: true });
  }
}
