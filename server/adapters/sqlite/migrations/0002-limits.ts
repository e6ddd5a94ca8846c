import type { Migration } from '../migrate.ts';

/**
 * Counters of any unit, and what is configured to be limited. A process of the version before may still be
 * settling its last streams on the same file: what it writes needs the defaults.
 */
export const limits: Migration = {
  number: 2,
  name: 'limits',
  sql: `
-- What was held before was money.
ALTER TABLE holds ADD COLUMN unit TEXT NOT NULL DEFAULT 'nano_usd';

CREATE TABLE budgets (id TEXT PRIMARY KEY NOT NULL, created_at INTEGER NOT NULL, record TEXT NOT NULL) STRICT;
CREATE TABLE quotas (id TEXT PRIMARY KEY NOT NULL, created_at INTEGER NOT NULL, record TEXT NOT NULL) STRICT;
CREATE TABLE policies (seq INTEGER PRIMARY KEY, name TEXT NOT NULL, policy TEXT NOT NULL) STRICT;
CREATE TABLE alerts (name TEXT PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE audit (seq INTEGER PRIMARY KEY, target TEXT NOT NULL, entry TEXT NOT NULL) STRICT;
CREATE INDEX audit_by_target ON audit (target);

-- Fields that records have had since.
UPDATE keys SET record = json_set(record, '$.metadata', json('{}')) WHERE json_type(record, '$.metadata') IS NULL;
UPDATE virtual_keys SET record = json_set(record, '$.objective', NULL)
  WHERE json_type(record, '$.objective') IS NULL;
`,
};
