import type { Migration } from '../migrate.ts';

/** Requests are found by their callers' ids too. Few callers name theirs: only those cost an entry. */
export const clientIds: Migration = {
  number: 6,
  name: 'client-ids',
  sql: `
ALTER TABLE requests ADD COLUMN client_id TEXT;
CREATE INDEX requests_by_client ON requests (client_id, started_at) WHERE client_id IS NOT NULL;
`,
};
