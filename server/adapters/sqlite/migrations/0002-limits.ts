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

-- Decisions were made by reliability alone, then by how much a key had served; nothing else was known of candidates.
-- What a subquery returns is text until json() says otherwise: https://www.sqlite.org/json1.html#the_value_argument
UPDATE requests SET trace = json_set(trace,
  '$.attempts', json((
    SELECT json_group_array(json_set(a.value, '$.expectedNano', NULL)) FROM json_each(trace, '$.attempts') a
  )),
  '$.decisions', json((
    SELECT json_group_array(json_object(
      'at', d.value ->> '$.at',
      'model', d.value ->> '$.model',
      'objective', json('{"primary":"reliability","secondary":"fairness"}'),
      'candidates', json((
        SELECT json_group_array(json_object(
          'keyId', c.value ->> '$.keyId',
          'providerId', c.value ->> '$.providerId',
          'model', d.value ->> '$.model',
          'score', c.value ->> '$.score',
          'parts', json_object('cost', 0, 'reliability', c.value ->> '$.score', 'fairness', 0, 'speed', 0, 'quality', 0),
          'facts', json_object(
            'successRate', c.value ->> '$.parts.successRate', 'headroom', c.value ->> '$.parts.headroom',
            'expectedNano', NULL, 'expectedMs', NULL, 'quality', 0, 'fairTag', c.value ->> '$.served', 'weight', 1,
            'served', c.value ->> '$.served', 'recovering', json('false'), 'cachedTokens', 0, 'cacheSavesNano', 0,
            'preference', 0, 'exhaustedAt', NULL, 'turn', c.key)
        )) FROM json_each(d.value, '$.candidates') c
      )),
      'skipped', json(d.value -> '$.skipped'),
      'unlisted', 0,
      'best', json_object('costNano', NULL, 'ms', NULL,
        'fairTag', (SELECT coalesce(min(c.value ->> '$.served'), 0) FROM json_each(d.value, '$.candidates') c)),
      'rules', json('[]')
    )) FROM json_each(trace, '$.decisions') d
  )));
`,
};
