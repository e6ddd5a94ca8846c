import assert from 'node:assert/strict';
import { MemoryStore } from '../../server/adapters/memory/memory-store.ts';
import type { BudgetAlert } from '../../server/core/budget/budget-alerts.ts';
import { ApiKeyRouter } from '../../server/library/api-key-router.ts';
import type { KeyDetails, RouteRequest, RouteResponse } from '../../server/library/api.ts';
import { BudgetExceeded } from '../../server/library/errors.ts';
import { NO_USAGE } from '../../shared/model/usage.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { type SimulatedAnswer, SimulatedUpstream } from '../support/simulated-upstream.ts';

const HOUR_MS = 3_600_000;
/** A thousand tokens out cost a cent and nothing comes in. */
const PRICES = { '*': { input: 0, output: 10 } };
const REQUEST: RouteRequest = { model: 'gpt-5.4', prompt: 'Hello', maxTokens: 1000 };
const CENT: SimulatedAnswer = { usage: { ...NO_USAGE, inputTokens: 10, outputTokens: 1000 } };

/** Simulated accounts, and a store that stays while routers come and go. */
class World {
  readonly clock = new ManualClock();
  readonly random = new SeededRandom();
  readonly store = new MemoryStore();
  readonly answers = new Map<string, SimulatedAnswer>();
  readonly upstream = new SimulatedUpstream(
    this.clock,
    (request) => this.answers.get(request.secret) ?? CENT,
  );

  router(): ApiKeyRouter {
    const { store, clock, random, upstream } = this;
    return new ApiKeyRouter({ store, masterKey: new Uint8Array(32), clock, random, upstream });
  }
}

function secretOf(name: string): string {
  return `sk-simulated-${name}-0123456789`;
}

function addKey(router: ApiKeyRouter, name: string, account?: string): Promise<KeyDetails> {
  const declared = account === undefined ? {} : { account };
  return router.registerKey({
    provider: 'openai',
    name,
    secret: secretOf(name),
    prices: PRICES,
    ...declared,
  });
}

/** What was settled and told after the answer. */
const afterwards = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function ask(router: ApiKeyRouter, count: number, more: object = {}): Promise<RouteResponse[]> {
  const answers: RouteResponse[] = [];
  for (let index = 0; index < count; index++) answers.push(await router.route({ ...REQUEST, ...more }));
  await afterwards();
  return answers;
}

describe('a budget', () => {
  let world: World;
  let router: ApiKeyRouter;
  let alerts: BudgetAlert[];

  beforeEach(async () => {
    world = new World();
    router = world.router();
    alerts = [];
    router.on('budgetAlert', (alert) => alerts.push(alert));
    await addKey(router, 'a');
  });
  afterEach(() => router.close());

  const thresholds = (): readonly number[] => alerts.map(({ threshold }) => threshold);

  it('tells of each threshold once a window, and again in the next', async () => {
    await router.configureBudget({
      name: 'ten cents',
      limit: 0.1,
      timeWindow: 'hour',
      alertThresholds: [0.5, 0.8, 1],
    });
    await ask(router, 4);
    assert.deepEqual(thresholds(), []);
    await ask(router, 1);
    assert.deepEqual(thresholds(), [0.5]);
    assert.deepEqual(
      alerts.map(({ name, spentNano, limitNano }) => [name, spentNano, limitNano]),
      [['ten cents', 50_000_000, 100_000_000]],
    );
    await ask(router, 5);
    assert.deepEqual(thresholds(), [0.5, 0.8, 1]);
    await assert.rejects(router.route(REQUEST), BudgetExceeded);
    assert.deepEqual(thresholds(), [0.5, 0.8, 1]);

    world.clock.advance(HOUR_MS);
    await ask(router, 6);
    assert.deepEqual(thresholds(), [0.5, 0.8, 1, 0.5]);
  });

  it('tells of several thresholds that one request passes, and of none twice when many end at once', async () => {
    await router.configureBudget({
      name: 'small',
      limit: 0.02,
      timeWindow: 'hour',
      enforcement: 'alert',
      alertThresholds: [0.25, 0.5, 1],
    });
    await Promise.all(Array.from({ length: 20 }, () => router.route(REQUEST)));
    await afterwards();
    assert.deepEqual(
      [...thresholds()].sort((a, b) => a - b),
      [0.25, 0.5, 1],
    );
  });

  it('does not tell again after a restart', async () => {
    await router.configureBudget({
      name: 'ten cents',
      limit: 0.1,
      timeWindow: 'hour',
      alertThresholds: [0.2, 0.5],
    });
    await ask(router, 3);
    assert.deepEqual(thresholds(), [0.2]);
    await router.close();
    router = world.router();
    router.on('budgetAlert', (alert) => alerts.push(alert));
    await ask(router, 3);
    assert.deepEqual(thresholds(), [0.2, 0.5]);
  });

  it('keeps conversations apart, each with its own alerts', async () => {
    await router.configureBudget({
      name: 'each',
      limit: 0.02,
      timeWindow: 'hour',
      scope: { eachConversation: true },
      alertThresholds: [0.5],
    });
    await ask(router, 1, { conversation: 'one' });
    await ask(router, 1, { conversation: 'two' });
    assert.deepEqual(thresholds(), [0.5, 0.5]);
  });

  it('is raised for a while, which the audit log names, and then ends by itself', async () => {
    const id = await router.configureBudget({ name: 'two cents', limit: 0.02, timeWindow: 'day' });
    await ask(router, 2);
    await assert.rejects(router.route(REQUEST), BudgetExceeded);

    await router.raiseBudget(id, 0.02, HOUR_MS);
    const until = world.clock.now() + HOUR_MS;
    assert.equal((await router.getBudgetStatus())[0]?.limit, 0.04);
    await ask(router, 1);
    const [entry] = await world.store.listAudit({ limit: 1, target: id });
    assert.deepEqual(entry, {
      at: world.clock.now(),
      actor: 'library',
      action: 'budget.raise',
      target: id,
      before: null,
      after: { amountNano: 20_000_000, until },
    });

    world.clock.advance(HOUR_MS);
    const [budget] = await router.getBudgetStatus();
    assert.equal(budget?.limit, 0.02, 'the raise has ended');
    assert.equal(budget.spent, 0.03, 'what was spent with it stays spent');
    await assert.rejects(router.route(REQUEST), BudgetExceeded);
  });

  it('counts an answer that nobody saw with all that it may have cost', async () => {
    await router.configureBudget({ name: 'five cents', limit: 0.05, timeWindow: 'day' });
    world.answers.set(secretOf('a'), { ...CENT, fails: 'idle_timeout' });
    await router.configurePolicy({
      name: 'once',
      type: 'failure_handling',
      scope: { global: true },
      rules: [{ action: 'max_attempts', attempts: 1 }],
    });
    await assert.rejects(router.route(REQUEST));
    await afterwards();
    const [budget] = await router.getBudgetStatus();
    assert.equal(budget?.held, 0);
    assert.equal(budget.spent, 0.01, 'the worst case');
    const [entry] = await world.store.entries({ limit: 1 });
    assert.equal(entry?.state, 'unknown');
    assert.equal(entry.costBasis, 'estimated');
    assert.ok(entry.costNano < 10_000_000, 'what it is thought to have cost is shown');

    const { requestId, attemptId } = entry;
    await router.correctCost({ requestId, attemptId, usd: 0.002 });
    assert.equal((await router.getBudgetStatus())[0]?.spent, 0.002);
    const [audit] = await world.store.listAudit({ limit: 1, target: attemptId });
    assert.deepEqual([audit?.action, audit?.after], ['attempt.correct', { costNano: 2_000_000 }]);
    await assert.rejects(router.correctCost({ requestId, attemptId, usd: 0 }), { code: 'conflict' });
    await assert.rejects(router.correctCost({ requestId, attemptId: 'other', usd: 0 }), {
      code: 'not_found',
    });
  });
});

describe('policies', () => {
  const named = (name: string): Parameters<ApiKeyRouter['configurePolicy']>[0] => ({
    name,
    type: 'failure_handling',
    scope: { global: true },
    rules: [{ action: 'max_attempts', attempts: 1 }],
  });

  it('stay when others are configured, at once or after a restart', async () => {
    const world = new World();
    const before = world.router();
    await Promise.all([before.configurePolicy(named('one')), before.configurePolicy(named('two'))]);
    assert.deepEqual((await before.getStateSummary()).policies, ['one', 'two']);
    await before.close();
    const after = world.router();
    assert.deepEqual((await after.getStateSummary()).policies, ['one', 'two']);
    await after.configurePolicy(named('three'));
    await after.configurePolicy(named('two'));
    await after.removePolicy('one');
    assert.deepEqual((await after.getStateSummary()).policies, ['three', 'two']);
    await after.close();
  });
});

describe('keys of one account', () => {
  let world: World;
  let router: ApiKeyRouter;

  beforeEach(() => {
    world = new World();
    router = world.router();
  });
  afterEach(() => router.close());

  it('share its quota: it is counted once, whichever key is used', async () => {
    const a = await addKey(router, 'a', 'org-1');
    const b = await addKey(router, 'b', 'org-1');
    await router.configureQuota({ keyId: a.id, timeWindow: 'day', totalCapacity: 10 });
    const answers = await ask(router, 10, { objective: 'fairness' });
    const used = new Set(answers.map(({ metadata }) => metadata.keyName));
    assert.deepEqual([...used].sort(), ['a', 'b']);
    for (const { id } of [a, b]) {
      const quotas = await router.getQuotaState(id);
      assert.deepEqual(
        quotas.map(({ used: count, remaining }) => [count, remaining]),
        [[10, 0]],
      );
    }
    await assert.rejects(router.route(REQUEST), { name: 'BudgetExceeded', code: 'quota_exceeded' });
    assert.equal(world.upstream.bills.length, 10);
    assert.equal((await router.getStateSummary()).quotas.length, 1);
  });

  it('do not get more of it by asking at once', async () => {
    const a = await addKey(router, 'a', 'org-1');
    await addKey(router, 'b', 'org-1');
    await router.configureQuota({ keyId: a.id, timeWindow: 'day', totalCapacity: 10 });
    const results = await router.routeMany(
      Array.from({ length: 100 }, () => REQUEST),
      { concurrency: 100 },
    );
    assert.equal(results.filter(({ ok }) => ok).length, 10);
    assert.equal(world.upstream.bills.length, 10);
  });

  it('are throttled together once an answer named their account; a rotated one is learned anew', async () => {
    const organisation = (name: string): SimulatedAnswer => ({
      ...CENT,
      headers: { 'openai-organization': name },
    });
    const states = async (): Promise<readonly string[]> =>
      Promise.all(keys.map(async ({ id }) => (await router.getKey(id)).state));
    world.answers.set(secretOf('a'), organisation('org-1'));
    world.answers.set(secretOf('b'), organisation('org-1'));
    const keys = [await addKey(router, 'a'), await addKey(router, 'b')];
    const [a, b] = keys;
    assert.ok(a && b);
    await ask(router, 4, { objective: 'fairness' });

    const limited: SimulatedAnswer = {
      status: 429,
      headers: { 'retry-after': '60', 'openai-organization': 'org-1' },
    };
    world.answers.set(secretOf('a'), limited);
    world.answers.set(secretOf('b'), limited);
    await assert.rejects(router.route(REQUEST));
    assert.deepEqual(await states(), ['throttled', 'throttled']);
    const tried = world.upstream.bills.length;
    assert.equal(tried, 5, 'the second key of the account was not even tried');

    // b gets a secret of another account: org-1's limit is not its own.
    world.answers.set(secretOf('new'), organisation('org-2'));
    await router.rotateKey(b.id, secretOf('new'));
    assert.deepEqual(await states(), ['throttled', 'available']);
    await ask(router, 2);
    world.answers.set(secretOf('new'), { ...limited, headers: { 'retry-after': '60' } });
    await assert.rejects(router.route(REQUEST));
    assert.deepEqual(await states(), ['throttled', 'throttled']);

    // And its own limit is not org-1's, whose time has come.
    world.answers.set(secretOf('a'), organisation('org-1'));
    world.clock.advance(60_000);
    world.answers.set(secretOf('new'), { ...limited, headers: { 'retry-after': '300' } });
    const served = await ask(router, 3, { objective: 'fairness' });
    assert.ok(served.every(({ metadata }) => metadata.keyName === 'a'));
    assert.deepEqual(await states(), ['available', 'throttled']);
  });
});

describe("changes of a key's state", () => {
  let world: World;
  let router: ApiKeyRouter;
  let key: KeyDetails;

  beforeEach(async () => {
    world = new World();
    router = world.router();
    key = await addKey(router, 'a');
  });
  afterEach(() => router.close());

  const recorded = async (): Promise<readonly string[]> => {
    const all = await world.store.transitions({ owner: `key:${key.id}`, limit: 50 });
    return all.map(({ from, to, trigger }) => `${from} > ${to} (${trigger})`).reverse();
  };

  it('are recorded with what caused them, each of them', async () => {
    await router.updateKeyState(key.id, 'throttled', { until: new Date(world.clock.now() + 1000) });
    world.clock.advance(1000);
    await ask(router, 1);
    await router.updateKeyState(key.id, 'exhausted', { until: new Date(world.clock.now() + 1000) });
    await router.updateKeyState(key.id, 'available');
    await router.updateKeyState(key.id, 'disabled');
    await router.updateKeyState(key.id, 'available');
    world.answers.set(secretOf('a'), { status: 401, body: { error: { code: 'invalid_api_key' } } });
    await assert.rejects(router.route(REQUEST));
    await router.rotateKey(key.id, secretOf('good'));
    assert.deepEqual(await recorded(), [
      'available > throttled (person)',
      'throttled > recovering (wait_elapsed)',
      'recovering > available (success)',
      'available > exhausted (person)',
      'exhausted > available (person)',
      'available > disabled (person)',
      'disabled > available (person)',
      'available > invalid (key_invalid)',
      'invalid > available (rotated)',
    ]);
    const [invalid] = (await world.store.transitions({ limit: 50 })).filter(({ to }) => to === 'invalid');
    assert.match(invalid?.requestId ?? '', /^req/);
  });

  it('that make no sense are refused, and leave no mark', async () => {
    await assert.rejects(router.updateKeyState(key.id, 'recovering'), /recovers by itself/);
    const past = new Date(world.clock.now() - 1);
    await assert.rejects(router.updateKeyState(key.id, 'throttled', { until: past }), /has passed/);
    await assert.rejects(router.updateKeyState('nobody', 'disabled'), /no key/);
    await router.updateKeyState(key.id, 'available');
    assert.deepEqual(await recorded(), []);
    assert.equal((await router.getKey(key.id)).state, 'available');
  });
});
