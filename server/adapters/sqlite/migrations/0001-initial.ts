import type { Migration } from '../migrate.ts';

/** The first schema: ledger, history, registry and the processes that wrote them. */
export const initial: Migration = {
  number: 1,
  name: 'initial',
  sql: `
CREATE TABLE instances (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  pid INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;

-- Each index is one more page in every commit. The only one here serves both the uniqueness of attempts and the
-- entries of a request; open attempts are found through their holds.
CREATE TABLE attempts (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  instance INTEGER NOT NULL REFERENCES instances (seq),
  request_id TEXT NOT NULL,
  key_id TEXT NOT NULL,
  provider_id TEXT NOT NULL,
  virtual_key_id TEXT NOT NULL,
  model TEXT NOT NULL,
  reserved_at INTEGER NOT NULL,
  reserved INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'reserved' CHECK (state IN ('reserved', 'settled', 'unknown')),
  settled_at INTEGER,
  cost INTEGER NOT NULL DEFAULT 0,
  cost_basis TEXT NOT NULL DEFAULT 'unknown',
  usage TEXT,
  UNIQUE (request_id, id)
) STRICT;

-- Every attempt that is not settled has a row here, be it an empty one without a subject; none that is settled has.
-- So this table stays small and is scanned without an index.
CREATE TABLE holds (
  attempt INTEGER NOT NULL REFERENCES attempts (seq),
  subject TEXT NOT NULL,
  window_start INTEGER NOT NULL,
  amount INTEGER NOT NULL,
  PRIMARY KEY (attempt, subject, window_start)
) STRICT, WITHOUT ROWID;

CREATE TABLE counters (
  subject TEXT NOT NULL,
  window_start INTEGER NOT NULL,
  spent INTEGER NOT NULL,
  PRIMARY KEY (subject, window_start)
) STRICT, WITHOUT ROWID;

CREATE TABLE requests (
  id TEXT PRIMARY KEY NOT NULL,
  started_at INTEGER NOT NULL,
  trace TEXT NOT NULL
) STRICT;
CREATE INDEX requests_by_start ON requests (started_at, id);

CREATE TABLE request_keys (
  key_id TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  request_id TEXT NOT NULL,
  PRIMARY KEY (key_id, started_at, request_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE transitions (
  seq INTEGER PRIMARY KEY,
  owner TEXT NOT NULL,
  transition TEXT NOT NULL
) STRICT;
CREATE INDEX transitions_by_owner ON transitions (owner);

CREATE TABLE cells (
  owner TEXT NOT NULL,
  family TEXT NOT NULL,
  dimension TEXT NOT NULL,
  state TEXT NOT NULL,
  until INTEGER,
  failures INTEGER NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (owner, family, dimension)
) STRICT, WITHOUT ROWID;

CREATE TABLE providers (id TEXT PRIMARY KEY NOT NULL, created_at INTEGER NOT NULL, record TEXT NOT NULL) STRICT;
CREATE TABLE keys (id TEXT PRIMARY KEY NOT NULL, created_at INTEGER NOT NULL, record TEXT NOT NULL) STRICT;
CREATE TABLE virtual_keys (id TEXT PRIMARY KEY NOT NULL, created_at INTEGER NOT NULL, record TEXT NOT NULL) STRICT;
CREATE TABLE secrets (
  key_id TEXT PRIMARY KEY NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
  sealed BLOB NOT NULL
) STRICT;
`,
};
