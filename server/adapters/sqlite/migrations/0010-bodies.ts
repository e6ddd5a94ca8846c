import type { Migration } from '../migrate.ts';

/** Sealed bodies of requests, where they are recorded. Their sizes lie before them, to be summed without reading them. */
export const bodies: Migration = {
  number: 10,
  name: 'bodies',
  sql: `
CREATE TABLE bodies (
  seq INTEGER PRIMARY KEY,
  request_id TEXT NOT NULL UNIQUE,
  size INTEGER NOT NULL,
  sealed BLOB NOT NULL
) STRICT;
`,
};
