import { RouterError } from '../../core/router-error.ts';
import { type Connection, openDatabase, reasonOf, sqliteCode } from './open-database.ts';

/** Where the lock file is, and the addon that locks it. */
export interface FileLockOptions {
  readonly file: string;
  readonly nativeBinding?: string;
  /** How long to wait for a holder that may only be looking, ms. */
  readonly waitMs?: number;
}

/**
 * A lock between processes on one host, held by an open SQLite transaction: Node has no file locks of its own,
 * and the operating system frees this one when the process dies, however it dies.
 * The file must not be opened by anything else in this process: closing any other handle on it would drop the
 * lock (fcntl(2), "advisory record locks").
 */
export class ExclusiveFileLock {
  #connection: Connection | null;

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The lock, or `null` while another holder has it. Throws `RouterError` if the file can't be used. */
  static acquire({ file, waitMs = 100, ...rest }: FileLockOptions): ExclusiveFileLock | null {
    const connection = openDatabase({ file, busyTimeoutMs: waitMs, ...rest });
    try {
      connection.pragma('locking_mode = EXCLUSIVE');
      connection.exec('BEGIN EXCLUSIVE');
      return new ExclusiveFileLock(connection);
    } catch (error) {
      connection.close();
      if (sqliteCode(error)?.startsWith('SQLITE_BUSY')) return null;
      throw new RouterError('store_unavailable', `Cannot lock ${file}: ${reasonOf(error)}`, { cause: error });
    }
  }

  /** Frees the lock; a second call does nothing. */
  release(): void {
    this.#connection?.close();
    this.#connection = null;
  }
}
