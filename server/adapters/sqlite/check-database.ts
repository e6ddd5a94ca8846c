import { RouterError } from '../../core/router-error.ts';
import { assertKnown } from './migrate.ts';
import { MIGRATIONS } from './migrations/list.ts';
import type { Connection } from './open-database.ts';

/**
 * Throws `RouterError('store_unavailable')` unless this is a database of the router that this version can read and that
 * is whole. `quick` leaves out whether indexes agree with their tables, which takes most of the time.
 */
export function checkDatabase(connection: Connection, depth: 'quick' | 'thorough'): void {
  const known = connection
    .prepare<[], number>("SELECT count(*) FROM sqlite_schema WHERE name = 'migrations'")
    .pluck()
    .get();
  if (known !== 1) throw new RouterError('store_unavailable', 'It is no database of API Key Router.');
  assertKnown(connection, MIGRATIONS);
  const pragma = depth === 'quick' ? 'quick_check(1)' : 'integrity_check(1)';
  const verdict = connection.pragma(pragma, { simple: true });
  if (verdict === 'ok') return;
  throw new RouterError(
    'store_unavailable',
    `The database is damaged (${String(verdict).replace(/\s+/g, ' ').slice(0, 200)}).`,
  );
}
