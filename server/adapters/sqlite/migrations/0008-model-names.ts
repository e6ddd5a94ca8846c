import type { Migration } from '../migrate.ts';

/** Names that people give to models; `id` is the name. Virtual keys may have `models` and `allowModels` since. */
export const modelNames: Migration = {
  number: 8,
  name: 'model-names',
  sql: `
CREATE TABLE model_names (id TEXT PRIMARY KEY NOT NULL, created_at INTEGER NOT NULL, record TEXT NOT NULL) STRICT;
`,
};
