import assert from 'node:assert/strict';
import { migrate } from '../../../../server/adapters/sqlite/migrate.ts';
import { initial } from '../../../../server/adapters/sqlite/migrations/0001-initial.ts';
import { openDatabase } from '../../../../server/adapters/sqlite/open-database.ts';
import { explain } from '../../../../server/core/routing/explain.ts';
import {
  CALLER,
  EVERYONE,
  hold,
  key,
  reservation,
  settlement,
  state,
  virtualKey,
} from '../../../contract/store-samples.ts';
import { type SqliteFixture, sqliteFixture } from './sqlite-fixture.ts';

/** What the first version wrote, its records with the fields of then. */
const FIRST_VERSION = `
INSERT INTO instances VALUES (1, 'first', 1, 1, 2);
INSERT INTO attempts (seq, id, instance, request_id, key_id, provider_id, virtual_key_id, model, reserved_at, reserved)
  VALUES (1, 'a', 1, 'req_a', 'k1', 'openai', 'vk1', 'gpt-5', 1000, 100),
         (2, 'b', 1, 'req_b', 'k1', 'openai', 'vk1', 'gpt-5', 1000, 300),
         (3, 'c', 1, 'req_c', 'k1', 'openai', 'vk1', 'gpt-5', 1000, 0);
UPDATE attempts SET state = 'settled', settled_at = 2000, cost = 40, cost_basis = 'reported' WHERE id = 'a';
INSERT INTO counters VALUES ('${CALLER.subject}', ${CALLER.windowStart}, 40),
  ('${EVERYONE.subject}', ${EVERYONE.windowStart}, 40);
INSERT INTO holds VALUES (2, '${CALLER.subject}', ${CALLER.windowStart}, 300),
  (2, '${EVERYONE.subject}', ${EVERYONE.windowStart}, 300), (3, '', 0, 0);
`;

const OLD_TRACE = {
  requestId: 'r1',
  startedAt: 1,
  decisions: [
    {
      at: 1,
      model: 'gpt-5',
      family: 'gpt-5',
      objective: 'reliability',
      candidates: [
        {
          keyId: 'k1',
          providerId: 'openai',
          score: 0.9,
          parts: { successRate: 0.95, headroom: 0.5 },
          served: 3,
        },
        {
          keyId: 'k2',
          providerId: 'openai',
          score: 0.8,
          parts: { successRate: 0.9, headroom: 1 },
          served: 2,
        },
      ],
      skipped: [{ keyId: 'k3', reason: 'throttled', until: 5000 }],
      cursor: 4,
      explanation: 'k1 it is.',
    },
  ],
  attempts: [{ id: 'a', index: 0, keyId: 'k1', reservedNano: 100, costNano: 40 }],
  warnings: ['kept'],
};

describe('A database of the first version', () => {
  let fixture: SqliteFixture;
  beforeEach(async () => {
    fixture = await sqliteFixture();
    const connection = openDatabase({ file: fixture.file, busyTimeoutMs: 0 });
    migrate(connection, [initial], 1);
    connection.exec(FIRST_VERSION);
    const { metadata, ...oldKey } = key('k1');
    const { objective, ...oldVirtualKey } = virtualKey('vk1');
    assert.deepEqual([metadata, objective], [{}, null]);
    const insert = (table: string, id: string, record: object) =>
      connection.prepare(`INSERT INTO ${table} VALUES (?, 1, ?)`).run(id, JSON.stringify(record));
    insert('keys', 'k1', oldKey);
    insert('virtual_keys', 'vk1', oldVirtualKey);
    insert('requests', 'r1', OLD_TRACE);
    insert('requests', 'r2', { ...OLD_TRACE, requestId: 'r2', decisions: [], attempts: [] });
    connection.close();
  });
  afterEach(() => fixture.leave());

  it('keeps its balances: what it held is money', async () => {
    const store = fixture.open();
    assert.deepEqual(await store.counters([CALLER, EVERYONE]), [
      state(CALLER, { spent: 40, held: 300 }),
      state(EVERYONE, { spent: 40, held: 300 }),
    ]);
    const [refused] = await store.reserveMany([reservation('d', { amountNano: 661 })]);
    assert.equal(refused?.ok, false);
    assert.equal(await store.recoverAbandoned(3000), 2);
    await store.settleMany(['b', 'c'].map((id) => settlement(id, { costNano: 7, amounts: { requests: 1 } })));
    assert.deepEqual(await store.counters([CALLER, EVERYONE]), [
      state(CALLER, { spent: 47 }),
      state(EVERYONE, { spent: 47 }),
    ]);
    assert.equal((await store.entries({ limit: 9 })).length, 3);
  });

  it('counts in other units from now on', async () => {
    const store = fixture.open();
    const counter = { subject: 'quota:q1', windowStart: 0 };
    await store.reserveMany([
      reservation('d', { holds: [hold({ ...counter, unit: 'requests', amount: 1 })] }),
    ]);
    await store.settleMany([settlement('d', { amounts: { requests: 1 } })]);
    assert.deepEqual(await store.counters([counter]), [state(counter, { spent: 1 })]);
  });

  it('does not know when its counters were used, until they are used again', async () => {
    const store = fixture.open();
    const usedAt = async () => {
      const seen: (number | null)[] = [];
      await store.sweepCounters((counter) => seen.push(counter.usedAt) < 0).next(9);
      return seen;
    };
    assert.deepEqual(await usedAt(), [null, null]);
    await store.reserveMany([reservation('d', { holds: [hold({ limit: null })] })]);
    await store.settleMany([settlement('d', { at: 5000 })]);
    assert.deepEqual(await usedAt(), [null, 5000]);
  });

  it('has its records with the fields of now', async () => {
    const { keys, virtualKeys, budgets, quotas, policies, alerts } = await fixture.open().loadRegistry();
    assert.deepEqual(keys, [key('k1')]);
    assert.deepEqual(virtualKeys, [virtualKey('vk1')]);
    assert.deepEqual([budgets, quotas, policies, alerts], [[], [], [], []]);
  });

  it('can still explain its decisions', async () => {
    const store = fixture.open();
    const trace = await store.findTrace('r1');
    assert.ok(trace);
    const [decision] = trace.decisions;
    assert.ok(decision);
    const explanation = explain(decision);
    assert.match(explanation, /^k1 serves gpt-5 by the objective reliability/);
    assert.match(explanation, /throttled/);
    assert.deepEqual(decision.skipped, OLD_TRACE.decisions[0]?.skipped);
    assert.deepEqual(
      decision.candidates.map(({ keyId, facts }) => [keyId, facts.headroom, facts.served, facts.recovering]),
      [
        ['k1', 0.5, 3, false],
        ['k2', 1, 2, false],
      ],
    );
    assert.deepEqual(trace.attempts, [{ ...OLD_TRACE.attempts[0], expectedNano: null }]);
    assert.deepEqual(trace.warnings, ['kept']);
    const { decisions, attempts } = (await store.findTrace('r2')) ?? {};
    assert.deepEqual([decisions, attempts], [[], []]);
  });
});
