import type { Migration } from '../migrate.ts';

/** Named tokens of the management API. */
export const managementTokens: Migration = {
  number: 5,
  name: 'management-tokens',
  sql: `
CREATE TABLE management_tokens (id TEXT PRIMARY KEY NOT NULL, created_at INTEGER NOT NULL, record TEXT NOT NULL) STRICT;
`,
};
