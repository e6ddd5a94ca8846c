import path from 'node:path';
import { ExclusiveFileLock } from '../adapters/sqlite/exclusive-file-lock.ts';

/** Proof that this process is the daemon of its data folder, until it is released or the process ends. */
export interface InstanceLock {
  release(): void;
}

/** What the lock needs besides its folder. */
export interface LockOptions {
  /** Path of `better_sqlite3.node` where it lies beside a bundle. */
  readonly nativeBinding?: string;
}

/**
 * Becomes the only daemon of a data folder; `null` if another process is. The operating system frees the lock of
 * a process that was killed, so a lock is never stale. Throws `RouterError` if the folder can't be used.
 */
export function acquireLock(folder: string, { nativeBinding }: LockOptions = {}): InstanceLock | null {
  const file = path.join(folder, 'daemon', 'lock');
  return ExclusiveFileLock.acquire({ file, ...(nativeBinding === undefined ? {} : { nativeBinding }) });
}

/**
 * Whether a daemon runs on this folder. It looks by taking the lock for a moment: not for a process that is about
 * to start one (that takes the lock and keeps it), but for those that want to know.
 */
export function isLocked(folder: string, options: LockOptions = {}): boolean {
  const lock = acquireLock(folder, options);
  lock?.release();
  return lock === null;
}
