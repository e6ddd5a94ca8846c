import assert from 'node:assert/strict';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { MemoryStore } from '../../../server/adapters/memory/memory-store.ts';
import { SqliteStore } from '../../../server/adapters/sqlite/sqlite-store.ts';
import { AlertMarks } from '../../../server/core/budget/alert-marks.ts';
import { BudgetBook } from '../../../server/core/budget/budget-book.ts';
import { CellBook } from '../../../server/core/key/cell-book.ts';
import type { Store, UsedCounter } from '../../../server/core/ports/store.ts';
import { Retention, type RetentionParts } from '../../../server/core/retention/retention.ts';
import type { RouteRequest } from '../../../server/library/api.ts';
import { ApiKeyRouter } from '../../../server/library/api-key-router.ts';
import { NO_USAGE } from '../../../shared/model/usage.ts';
import { trace } from '../../contract/store-samples.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { SeededRandom } from '../../support/seeded-random.ts';
import { type SimulatedAnswer, SimulatedUpstream } from '../../support/simulated-upstream.ts';
import { createTempFolder, type TempFolder } from '../../support/temp-folder.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const USAGE = { ...NO_USAGE, inputTokens: 100, outputTokens: 50 };
const HELLO: RouteRequest = { model: 'gpt-5.4', prompt: 'Hello', maxTokens: 200, conversation: 'first' };

/** Opens a store in a folder; again the same one after it was closed. */
type Opening = (folder: string, clock: ManualClock) => Store;

const STORES: Readonly<Record<string, () => Opening>> = {
  MemoryStore: () => {
    const store = new MemoryStore();
    return () => store;
  },
  SqliteStore: () => {
    let pid = 0;
    return (folder, clock) => {
      const instance = { id: `instance ${++pid}`, pid };
      const file = path.join(folder, 'router.db');
      return SqliteStore.open({ file, instance, clock, isAlive: () => true });
    };
  },
};

/** Lets time pass, and what falls due at its end take its steps. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  clock.advance(ms);
  for (let step = 0; step < 200; step++) {
    await setImmediate();
    clock.advance(25);
  }
}

/** The same for a long time. What fell due within it began then: the round of the present comes a little later. */
async function passLong(clock: ManualClock, ms: number): Promise<void> {
  await pass(clock, ms);
  await pass(clock, 10 * MINUTE);
}

async function counters(store: Store): Promise<readonly UsedCounter[]> {
  const seen: UsedCounter[] = [];
  const sweep = store.sweepCounters((counter) => seen.push(counter) < 0);
  while ((await sweep.next(1000)) === 'more');
  return seen;
}

for (const [name, openings] of Object.entries(STORES)) {
  describe(`a router that runs for months on a ${name}`, () => {
    let clock: ManualClock;
    let folder: TempFolder;
    let open: Opening;
    let store: Store;
    let router: ApiKeyRouter;
    let answer: SimulatedAnswer;
    const alerts: string[] = [];

    const start = (): ApiKeyRouter => {
      const upstream = new SimulatedUpstream(clock, () => answer);
      store = open(folder.path, clock);
      const masterKey = new Uint8Array(32);
      const started = new ApiKeyRouter({ store, masterKey, clock, upstream, random: new SeededRandom() });
      started.on('budgetAlert', (alert) => alerts.push(`${alert.name} ${alert.threshold}`));
      return started;
    };

    beforeEach(async () => {
      clock = new ManualClock();
      folder = await createTempFolder();
      open = openings();
      answer = { usage: USAGE };
      alerts.length = 0;
      router = start();
      await router.registerKey({ provider: 'openai', name: 'a', secret: 'sk-simulated-a-0123456789' });
    });
    afterEach(async () => {
      await router.close();
      await folder.remove();
    });

    const of = async (prefix: string): Promise<readonly UsedCounter[]> =>
      (await counters(store)).filter(({ subject }) => subject.startsWith(prefix));

    it('keeps requests for a month', async () => {
      const ids: string[] = [];
      for (let day = 0; day < 32; day++) {
        ids.push((await router.route(HELLO)).metadata.requestId);
        await passLong(clock, DAY);
      }
      const kept = await store.listTraces({ limit: 99 });
      assert.ok(kept.length >= 29 && kept.length <= 30, `${kept.length} are kept`);
      assert.equal(kept.at(-1)?.requestId, ids.at(-kept.length), 'the newest ones');
      assert.equal((await store.entries({ limit: 99 })).length, 32, 'what they cost is kept longer');
      await passLong(clock, 401 * DAY);
      assert.deepEqual(await store.entries({ limit: 99 }), []);
      assert.deepEqual(await of(''), [], 'nor is anything left of what was counted');
    });

    it('keeps the slices of a rolling window while they count, and not for ever', async () => {
      const timeWindow = { rollingMs: 10 * MINUTE };
      await router.configureBudget({ name: 'rolling', limit: 1000, timeWindow });
      const { id: keyId } = await router.getKey('a');
      await router.configureQuota({ keyId, timeWindow, totalCapacity: 1000 });
      for (let minute = 0; minute < 5 * 60; minute += 2) {
        await router.route(HELLO);
        await pass(clock, 2 * MINUTE);
      }
      for (const prefix of ['budget:', 'quota:']) {
        const slices = await of(prefix);
        assert.ok(slices.length > 5 && slices.length < 60, `${slices.length} of 150 slices of ${prefix}`);
      }
      const [quota] = await router.getQuotaState(keyId);
      assert.ok(quota && quota.used >= 4 && quota.used <= 6, `${quota?.used} in the last ten minutes`);
      await router.close();
      router = start();
      const { metadata } = await router.route(HELLO);
      // An answer is settled just after it was given.
      await pass(clock, 0);
      const [budget] = await router.getBudgetStatus();
      assert.equal(
        budget?.spent,
        (quota.used + 1) * metadata.costActual,
        'what still counts was not forgotten',
      );
    });

    it('gives each alert once, and forgets it with its window', async () => {
      const scope = { eachConversation: true } as const;
      const small = { limit: 0.000_001, enforcement: 'alert', alertThresholds: [0.5], scope } as const;
      await router.configureBudget({ name: 'daily', timeWindow: 'day', ...small });
      await router.configureBudget({ name: 'ever', timeWindow: 'total', ...small });
      const talk = async (conversation: string): Promise<void> => {
        await router.route({ ...HELLO, conversation });
        await pass(clock, MINUTE);
      };
      const marks = async (): Promise<number> => (await store.loadRegistry()).alerts.length;
      await talk('first');
      await talk('second');
      await talk('first');
      assert.equal(alerts.length, 4, alerts.join(', '));
      assert.equal(await marks(), 4);
      await passLong(clock, 2 * DAY);
      assert.equal(await marks(), 2, 'the day is over');
      await router.close();
      router = start();
      await talk('first');
      assert.deepEqual(alerts.slice(4), ['daily 0.5'], 'also after a new start');
      await passLong(clock, 29 * DAY);
      assert.equal(await marks(), 1, 'a conversation was left for a month');
      assert.deepEqual(
        (await of('budget:')).map(({ subject }) => subject.split('#')[1]),
        ['first'],
      );
      await passLong(clock, 3 * DAY);
      assert.equal(await marks(), 0);
      assert.deepEqual(await of('budget:'), []);
    });

    it('forgets limits of models that nobody asks for any more', async () => {
      answer = { status: 429, headers: { 'retry-after': '1' } };
      for (let index = 0; index < 5; index++) {
        await assert.rejects(router.route({ ...HELLO, model: `gpt-made-up-${index}`, deadlineMs: 10 }));
      }
      assert.equal((await store.loadRegistry()).cells.length, 5);
      await passLong(clock, 6 * DAY);
      assert.equal((await store.loadRegistry()).cells.length, 5);
      await passLong(clock, 2 * DAY);
      assert.deepEqual((await store.loadRegistry()).cells, []);
      assert.equal((await router.getKey('a')).state, 'available');
    });
  });
}

describe('forgetting', () => {
  const clock = new ManualClock();
  const old = clock.now() - 31 * DAY;

  async function retention(store: Store, parts: Partial<RetentionParts> = {}): Promise<Retention> {
    const budgets = new BudgetBook();
    const marks = new AlertMarks(store, []);
    const cells = new CellBook(clock, { changed: () => undefined });
    const failed = (error: unknown): void => assert.fail(String(error));
    return new Retention({ store, budgets, marks, cells, clock, failed, ...parts });
  }
  const left = async (store: Store): Promise<number> => (await store.listTraces({ limit: 999 })).length;

  it('goes in small steps, between which the thread is free', async () => {
    const store = new MemoryStore();
    for (let index = 0; index < 35; index++) await store.recordTrace(trace(`r${index}`, old + index));
    const running = await retention(store);
    await setImmediate();
    assert.equal(await left(store), 35, 'not at the start');
    clock.advance(MINUTE);
    for (const expected of [25, 15, 5, 0]) {
      for (let turn = 0; turn < 9; turn++) await setImmediate();
      assert.equal(await left(store), expected);
      clock.advance(25);
    }
    running.dispose();
  });

  it('keeps no more than so many', async () => {
    const store = new MemoryStore();
    for (let index = 0; index < 35; index++) await store.recordTrace(trace(`r${index}`, clock.now()));
    const running = await retention(store, { logs: { traces: { ageMs: DAY, most: 20 } } });
    await pass(clock, MINUTE);
    assert.equal(await left(store), 20);
    running.dispose();
  });

  it('makes room when all of it has become too large, but keeps the latest', async () => {
    const folder = await createTempFolder();
    const file = path.join(folder.path, 'router.db');
    const store = SqliteStore.open({ file, instance: { id: 'i', pid: 1 }, clock, isAlive: () => true });
    const large = { warnings: ['x'.repeat(4_000)] };
    await Promise.all(
      Array.from({ length: 1_200 }, (_, index) =>
        store.recordTrace({ ...trace(`r${index}`, clock.now() + index), ...large }),
      ),
    );
    const before = await store.usedBytes();
    const mostBytes = before - 100 * 4_000;
    const all = async () => (await store.listTraces({ limit: 2_000 })).length;
    const moderate = await retention(store, { mostBytes });
    await pass(clock, MINUTE);
    moderate.dispose();
    assert.ok((await store.usedBytes()) <= mostBytes);
    assert.ok((await all()) > 1_050 && (await all()) < 1_150, String(await all()));
    const strict = await retention(store, { mostBytes: 1 });
    await pass(clock, MINUTE);
    strict.dispose();
    assert.equal(await all(), 1_000);
    assert.equal((await store.findTrace('r1199'))?.requestId, 'r1199');
    await store.close();
    await folder.remove();
  });

  it('ends when it is disposed, and goes on after a failure', async () => {
    const store = new MemoryStore();
    let failures = 0;
    store.pruneLog = () => Promise.reject(new Error(`full ${failures++}`));
    const told: unknown[] = [];
    const running = await retention(store, { failed: (error) => told.push(error) });
    await pass(clock, MINUTE);
    await pass(clock, 11 * MINUTE);
    assert.equal(told.length, 2);
    running.dispose();
    await pass(clock, DAY);
    assert.equal(failures, 2);
    assert.equal(clock.pending, 0);
  });
});
