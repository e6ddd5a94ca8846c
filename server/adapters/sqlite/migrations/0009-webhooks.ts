import type { Migration } from '../migrate.ts';

/** Where events are sent to, with the sealed secrets that they are signed with. */
export const webhooks: Migration = {
  number: 9,
  name: 'webhooks',
  sql: `
CREATE TABLE webhooks (
  id TEXT PRIMARY KEY NOT NULL,
  created_at INTEGER NOT NULL,
  record TEXT NOT NULL,
  sealed BLOB NOT NULL
) STRICT;
`,
};
