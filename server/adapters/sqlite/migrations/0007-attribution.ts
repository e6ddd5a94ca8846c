import type { Migration } from '../migrate.ts';

/**
 * For whom an attempt spent, as it was then: a virtual key's team may change. A process of the version before writes none.
 * There is no index on the time: it would be one more page in every commit, and reports are read beside requests.
 */
export const attribution: Migration = {
  number: 7,
  name: 'attribution',
  sql: `
ALTER TABLE attempts ADD COLUMN team TEXT;
ALTER TABLE attempts ADD COLUMN project TEXT;
ALTER TABLE attempts ADD COLUMN tool TEXT;
-- A JSON array; NULL for none.
ALTER TABLE attempts ADD COLUMN tags TEXT;
ALTER TABLE attempts ADD COLUMN conversation TEXT;
`,
};
