import type { Migration } from '../migrate.ts';

/**
 * What was booked for an attempt whose outcome nobody saw, and where. A process of the version before may still be
 * settling its last streams on the same file: what it writes needs the defaults, and takes every counter for limited.
 */
export const unseenOutcomes: Migration = {
  number: 4,
  name: 'unseen-outcomes',
  sql: `
ALTER TABLE holds ADD COLUMN limited INTEGER NOT NULL DEFAULT 1;
-- A later settlement takes the place of this amount.
ALTER TABLE holds ADD COLUMN booked INTEGER NOT NULL DEFAULT 0;
`,
};
