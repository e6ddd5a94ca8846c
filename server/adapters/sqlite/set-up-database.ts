import { RouterError } from '../../core/router-error.ts';
import { type Migration, migrate } from './migrate.ts';
import { MIGRATIONS } from './migrations/list.ts';
import { type Connection, openDatabase, reasonOf } from './open-database.ts';

/** Which database, and how it is to be written. */
export interface DatabaseSetup {
  readonly file: string;
  /** Path of `better_sqlite3.node` where it lies beside a bundle. */
  readonly nativeBinding?: string;
  /** `FULL` also survives a power loss, at the cost of one disk flush a transaction. */
  readonly synchronous?: 'NORMAL' | 'FULL';
  /** How long a write may block the thread for another process's transaction, ms. */
  readonly busyTimeoutMs?: number;
  /** Largest size of the file in pages of 4096 bytes. */
  readonly maxPages?: number;
  readonly migrations?: readonly Migration[];
}

/** Opening may wait longer than a request: another process may be migrating. */
const OPEN_TIMEOUT_MS = 5000;

/**
 * Opens or creates the file with the present schema and gives its connection to `use`, whose first statements may
 * still wait as long as opening may. Throws `RouterError('store_unavailable')`, the connection closed.
 */
export function setUpDatabase<T>(
  options: DatabaseSetup,
  startedAt: number,
  use: (connection: Connection) => T,
): T {
  const { file, nativeBinding, synchronous = 'NORMAL', busyTimeoutMs = 500, maxPages } = options;
  const connection = openDatabase({
    file,
    busyTimeoutMs: OPEN_TIMEOUT_MS,
    ...(nativeBinding === undefined ? {} : { nativeBinding }),
  });
  try {
    connection.pragma('journal_mode = WAL');
    connection.pragma(`synchronous = ${synchronous}`);
    connection.pragma('foreign_keys = ON');
    connection.pragma('secure_delete = ON');
    if (maxPages !== undefined) connection.pragma(`max_page_count = ${maxPages}`);
    migrate(connection, options.migrations ?? MIGRATIONS, startedAt);
    const result = use(connection);
    connection.pragma(`busy_timeout = ${busyTimeoutMs}`);
    return result;
  } catch (error) {
    connection.close();
    if (error instanceof RouterError) throw error;
    throw new RouterError('store_unavailable', `Cannot open the database ${file}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}
