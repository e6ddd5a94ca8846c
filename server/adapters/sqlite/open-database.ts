import path from 'node:path';
import Database from 'better-sqlite3';
import { RouterError } from '../../core/router-error.ts';
import { makePrivateFolder, touchPrivateFile } from '../files/private-file.ts';

/** How a database file is opened. */
export interface DatabaseOptions {
  readonly file: string;
  /** The addon's path where it does not lie in `node_modules`: beside a bundle. */
  readonly nativeBinding?: string;
  /** How long a call may block the thread while another process writes, ms. */
  readonly busyTimeoutMs: number;
}

/** A connection; the type that the rest of this folder passes around. */
export type Connection = Database.Database;

/** A prepared statement with the values that it is run with. */
export type Statement<Values extends unknown[]> = Database.Statement<Values>;

/** Oldest Node that better-sqlite3 13 runs on (its package.json, `engines`). */
const OLDEST_NODE = 22;

/**
 * Opens a file that only its owner may read, without changing anything in it. Throws
 * `RouterError('store_unavailable')` with a sentence for people.
 */
export function openDatabase(options: DatabaseOptions): Connection {
  refuseOldNode(process.versions.node);
  const { file, nativeBinding, busyTimeoutMs } = options;
  try {
    makePrivateFolder(path.dirname(file));
    touchPrivateFile(file);
    return new Database(file, { timeout: busyTimeoutMs, ...(nativeBinding ? { nativeBinding } : {}) });
  } catch (error) {
    throw new RouterError('store_unavailable', `Cannot open the database ${file}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** Opens a file that is there, as it is; nothing can be changed through the connection. Throws the database's error. */
export function openToRead({ file, nativeBinding, busyTimeoutMs }: DatabaseOptions): Connection {
  refuseOldNode(process.versions.node);
  const binding = nativeBinding ? { nativeBinding } : {};
  return new Database(file, { readonly: true, fileMustExist: true, timeout: busyTimeoutMs, ...binding });
}

/**
 * Throws on a Node that the addon does not support. It has to be asked before the addon is loaded: under Node 20
 * that ends the process (SIGSEGV) instead of throwing.
 */
export function refuseOldNode(version: string): void {
  if (Number.parseInt(version, 10) >= OLDEST_NODE) return;
  throw new RouterError(
    'store_unavailable',
    `API Key Router needs Node ${OLDEST_NODE} or newer for its database; this is Node ${version}. ` +
      'Install a newer Node, or start the daemon from a current VS Code.',
  );
}

/** The code that SQLite gave an error, e.g. `SQLITE_BUSY`; `null` if the error is not SQLite's. */
export function sqliteCode(error: unknown): string | null {
  return error instanceof Database.SqliteError ? error.code : null;
}

/** An error's cause in words that people understand. */
export function reasonOf(error: unknown): string {
  const code = sqliteCode(error) ?? '';
  if (code.startsWith('SQLITE_FULL')) return 'the disk is full.';
  if (code.startsWith('SQLITE_BUSY')) return 'another process keeps it locked.';
  if (code.startsWith('SQLITE_READONLY')) return 'it is read-only.';
  if (code.startsWith('SQLITE_CORRUPT')) return 'it is damaged; restore a backup or move it away.';
  if (code.startsWith('SQLITE_NOTADB')) return 'the file is not a SQLite database; move it away.';
  return error instanceof Error ? error.message : String(error);
}
