import { createHash } from 'node:crypto';
import { RouterError } from '../../core/router-error.ts';
import type { Connection } from './open-database.ts';

/** One step of the schema. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

interface AppliedMigration {
  readonly number: number;
  readonly name: string;
  readonly hash: string;
}

/**
 * Brings the schema up to date, each migration in a transaction of its own. Throws
 * `RouterError('store_unavailable')` if the file was made with a migration that this version has another text
 * for, or does not know: writing on would damage what the other version relies on.
 */
export function migrate(connection: Connection, migrations: readonly Migration[], now: number): void {
  connection.exec(`CREATE TABLE IF NOT EXISTS migrations (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL, applied_at INTEGER NOT NULL
  ) STRICT`);
  for (const migration of migrations) {
    // The list is read inside the transaction, since another process may be migrating the same file.
    connection
      .transaction(() => {
        const applied = assertKnown(connection, migrations);
        if (applied.some(({ number }) => number === migration.number)) return;
        connection.exec(migration.sql);
        connection
          .prepare('INSERT INTO migrations (number, name, hash, applied_at) VALUES (?, ?, ?, ?)')
          .run(migration.number, migration.name, hashOf(migration), now);
      })
      .immediate();
  }
}

/** Throws as `migrate` does for a file that this version must not write to. The table of migrations is there. */
export function assertKnown(
  connection: Connection,
  known: readonly Migration[],
): readonly AppliedMigration[] {
  const applied = connection
    .prepare<[], AppliedMigration>('SELECT number, name, hash FROM migrations ORDER BY number')
    .all();
  for (const entry of applied) {
    const migration = known.find(({ number }) => number === entry.number);
    if (!migration) {
      throw new RouterError(
        'store_unavailable',
        `The database was written by a newer API Key Router (migration ${entry.number}, ${entry.name}). ` +
          'Update this one, or restore a backup from before the update.',
      );
    }
    if (hashOf(migration) !== entry.hash) {
      throw new RouterError(
        'store_unavailable',
        `The database was made with another text of migration ${entry.number} (${entry.name}). ` +
          'Use the build that made it, or start with a new data folder.',
      );
    }
  }
  return applied;
}

function hashOf({ sql }: Migration): string {
  return createHash('sha256').update(sql).digest('hex');
}
