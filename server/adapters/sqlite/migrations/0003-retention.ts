import type { Migration } from '../migrate.ts';

/**
 * When a counter was booked on last: a conversation's has no window that ends. Unknown for those of before, and where a
 * process of the version before settles its last streams.
 */
export const retention: Migration = {
  number: 3,
  name: 'retention',
  sql: 'ALTER TABLE counters ADD COLUMN used_at INTEGER;',
};
