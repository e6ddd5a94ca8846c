import assert from 'node:assert/strict';
import { BudgetExceeded, NoEligibleKeys, ProviderError } from '../../server/library/errors.ts';
import type { RouteResponse } from '../../server/library/api.ts';
import { HELLO, secretOf, Stage, USAGE } from '../support/library-stage.ts';

describe('routing in a program', () => {
  let stage: Stage;

  beforeEach(() => {
    stage = new Stage();
  });

  afterEach(async () => {
    await stage.router.close();
  });

  it('fails over to another provider', async () => {
    await stage.router.registerProvider({ id: 'first', baseUrl: 'https://first.example' });
    await stage.router.registerProvider({ id: 'second', baseUrl: 'https://second.example' });
    await stage.key('a', { provider: 'first' });
    await stage.key('b', { provider: 'second' });
    stage.answers.set('https://first.example', () => ({ status: 503 }));
    const { content, metadata } = await stage.router.route({ ...HELLO, objective: 'quality' });
    assert.equal(content, 'Hello.');
    assert.equal(metadata.providerUsed, 'second');
    const trace = await stage.router.getRequestTrace(metadata.requestId);
    assert.deepEqual(
      trace?.attempts.map((attempt) => [attempt.providerId, attempt.outcome, attempt.failure?.fault]),
      [
        ['first', 'failed', 'provider'],
        ['second', 'succeeded', undefined],
      ],
    );
  });

  it('serves simple requests with a cheaper model under a cost objective', async () => {
    await stage.key('a');
    await stage.router.configurePolicy({
      name: 'simple requests',
      type: 'cost',
      scope: { global: true },
      rules: [{ action: 'use_cheaper_model', model: 'gpt-5.4-mini', maxInputTokens: 1000 }],
    });
    const simple = await stage.router.route({ ...HELLO, objective: 'cost' });
    const long = await stage.router.route({ ...HELLO, objective: 'cost', prompt: 'long '.repeat(2000) });
    assert.equal(simple.metadata.modelUsed, 'gpt-5.4-mini');
    assert.equal(long.metadata.modelUsed, 'gpt-5.4');
    assert.match(simple.metadata.routingExplanation, /use_cheaper_model of simple requests/);
  });

  it('picks the cheaper of two providers under a cost objective', async () => {
    await stage.key('dear', { prices: { '*': { input: 10, output: 30 } } });
    await stage.key('cheap', { prices: { '*': { input: 1, output: 3 } } });
    assert.deepEqual(await stage.names(4, { ...HELLO, objective: 'cost' }), Array(4).fill('cheap'));
  });

  it('uses a rate-limited key again when its time has come', async () => {
    await stage.key('a');
    await stage.key('b');
    stage.answers.set(secretOf('a'), () => ({ status: 429, headers: { 'retry-after': '7' } }));
    assert.deepEqual(await stage.names(4), Array(4).fill('b'));
    assert.equal(stage.sentTo('a'), 1);
    assert.equal((await stage.router.getStateSummary()).keysByState.throttled, 1);
    stage.answers.delete(secretOf('a'));
    stage.clock.advance(6_999);
    assert.deepEqual(await stage.names(1), ['b']);
    stage.clock.advance(1);
    assert.deepEqual(await stage.names(1), ['a']);
    assert.equal((await stage.router.getStateSummary()).keysByState.available, 2);
  });

  it('leaves a key that is predicted to run out before it does', async () => {
    const a = await stage.key('a');
    const b = await stage.key('b');
    for (const [key, totalCapacity] of [
      [a, 100],
      [b, 100_000],
    ] as const) {
      await stage.router.configureQuota({ keyId: key.id, timeWindow: 'day', totalCapacity });
    }
    await stage.router.configurePolicy({
      name: 'last the day',
      type: 'key_selection',
      scope: { global: true },
      rules: [{ action: 'avoid_predicted_exhaustion', withinMinutes: 30 }],
    });
    for (let minute = 0; minute < 120; minute++) {
      await stage.names(2);
      stage.clock.advance(60_000);
    }
    const [quota] = await stage.router.getQuotaState(a.id);
    assert.ok(quota && quota.remaining > 0, 'the key ran out');
    assert.ok(stage.sentTo('a') >= 50, `only ${stage.sentTo('a')} requests used it`);
    assert.ok(stage.sentTo('b') > stage.sentTo('a'));
    const { metadata } = await stage.router.route(HELLO);
    assert.match(metadata.routingExplanation, /a is predicted to run out soon \(policy last the day\)/);
  });

  it('keeps tenants apart', async () => {
    await stage.key('red', { team: 'red' });
    await stage.key('blue', { team: 'blue' });
    assert.deepEqual(await stage.names(3, { ...HELLO, team: 'red' }), Array(3).fill('red'));
    assert.deepEqual(await stage.names(3, { ...HELLO, team: 'blue' }), Array(3).fill('blue'));
    stage.answers.set(secretOf('red'), () => ({ status: 500 }));
    await assert.rejects(stage.clock.drive(stage.router.route({ ...HELLO, team: 'red' })), ProviderError);
    await assert.rejects(stage.router.route(HELLO), NoEligibleKeys);
    assert.equal(stage.sentTo('blue'), 3);
  });

  it('never leaves the allowed regions, even when all inside fail', async () => {
    await stage.key('east', { region: 'us-east-1' });
    await stage.key('west', { region: 'us-west-2' });
    await stage.key('europe', { region: 'eu-west-1' });
    await stage.key('nowhere');
    await stage.router.configurePolicy({
      name: 'regions',
      type: 'key_selection',
      scope: { global: true },
      rules: [{ action: 'prefer_region', preferredRegions: ['us-east-1'], fallbackRegions: ['us-west-2'] }],
    });
    assert.deepEqual(await stage.names(3), Array(3).fill('east'));
    stage.answers.set(secretOf('east'), () => ({
      status: 401,
      body: { error: { message: 'Invalid', code: 'invalid_api_key' } },
    }));
    assert.deepEqual(await stage.names(2), ['west', 'west']);
    stage.answers.set(secretOf('west'), () => ({ fails: 'connect' }));
    await assert.rejects(stage.clock.drive(stage.router.route(HELLO)), ProviderError);
    assert.equal(stage.sentTo('europe') + stage.sentTo('nowhere'), 0);
  });

  it('sends priority traffic over premium keys', async () => {
    await stage.key('standard', { tier: 'standard' });
    await stage.key('premium', { tier: 'premium' });
    await stage.router.configurePolicy({
      name: 'production',
      type: 'routing',
      scope: { team: 'production' },
      rules: [{ action: 'prefer_high_reliability', preferPremiumTier: true, allowFallback: true }],
    });
    assert.deepEqual(await stage.names(3, { ...HELLO, team: 'production' }), Array(3).fill('premium'));
    stage.answers.set(secretOf('premium'), () => ({ status: 429, headers: { 'retry-after': '60' } }));
    assert.deepEqual(await stage.names(1, { ...HELLO, team: 'production' }), ['standard']);
  });

  it('tells of each change of state, by the names of the keys', async () => {
    const { id } = await stage.key('a', { account: 'shared' });
    await stage.key('b', { account: 'shared' });
    const told: unknown[] = [];
    stage.router.on('stateChange', ({ keys, from, to, trigger }) => told.push([keys, from, to, trigger]));
    await stage.router.updateKeyState(id, 'throttled');
    await stage.router.updateKeyState(id, 'available');
    stage.answers.set('https://api.openai.com', () => ({ status: 429, headers: { 'retry-after': '7' } }));
    await assert.rejects(stage.clock.drive(stage.router.route(HELLO)), ProviderError);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(told, [
      [['a'], 'available', 'throttled', 'person'],
      [['a'], 'throttled', 'available', 'person'],
      [['a', 'b'], 'available', 'throttled', 'rate_limited'],
    ]);
  });

  it('attributes cost to features by their tags', async () => {
    await stage.key('a');
    const spent = new Map<string, number>();
    stage.router.on('request', ({ caller, costNano }) => {
      for (const tag of caller.tags) spent.set(tag, (spent.get(tag) ?? 0) + costNano);
    });
    const costs: RouteResponse[] = [];
    for (const tags of [['search'], ['search'], ['chat', 'beta']]) {
      costs.push(await stage.router.route({ ...HELLO, tags }));
    }
    await new Promise((resolve) => setImmediate(resolve));
    const each = costs[0]?.metadata.costActual ?? 0;
    assert.ok(each > 0);
    assert.deepEqual(
      [...spent].map(([tag, nano]) => [tag, Math.round(nano / 1e9 / each)]),
      [
        ['search', 2],
        ['chat', 1],
        ['beta', 1],
      ],
    );
  });

  it('rotates a key under load without a failed request', async () => {
    const key = await stage.key('a');
    stage.answers.set(secretOf('a'), () => ({ usage: USAGE, afterMs: 50 }));
    stage.answers.set(secretOf('new'), () => ({ usage: USAGE, afterMs: 50 }));
    const running: Promise<RouteResponse>[] = [];
    for (let index = 0; index < 100; index++) {
      running.push(stage.router.route(HELLO));
      if (index === 50) await stage.router.rotateKey(key.id, secretOf('new'));
      await new Promise((resolve) => setImmediate(resolve));
      stage.clock.advance(1);
    }
    stage.clock.advance(1_000);
    const answers = await Promise.all(running);
    assert.ok(answers.every(({ metadata }) => metadata.keyUsed === key.id));
    assert.ok(stage.sentTo('a') >= 45 && stage.sentTo('new') >= 45);
    assert.equal(stage.sentTo('a') + stage.sentTo('new'), 100);
    assert.equal((await stage.router.getKey(key.id)).requestsServed, 100);
  });

  it('gives a key that failed once its share again, though nobody asked for it', async () => {
    await stage.key('a');
    await stage.key('b');
    stage.answers.set(secretOf('a'), () => ({ status: 500 }));
    assert.deepEqual(await stage.names(1), ['b']);
    stage.answers.clear();
    assert.deepEqual(await stage.names(6), Array(6).fill('b'));
    stage.clock.advance(15 * 60_000);
    const names = await stage.names(6);
    const share = names.filter((name) => name === 'a').length;
    assert.ok(share === 3 || share === 4, names.join());
  });

  it('tells its program of every change of a key, whoever made it', async () => {
    const seen: string[] = [];
    stage.router.on('stateChange', ({ from, to }) => seen.push(`${from} ${to}`));
    const { id } = await stage.key('a');
    await stage.key('b');
    await stage.router.updateKeyState(id, 'disabled');
    await stage.router.updateKeyState(id, 'available');
    stage.answers.set(secretOf('a'), () => ({ status: 401 }));
    assert.deepEqual(await stage.names(1), ['b']);
    assert.deepEqual(seen, ['available disabled', 'disabled available', 'available invalid']);
  });

  it('stops hammering a dead key', async () => {
    await stage.key('dead');
    await stage.key('alive');
    stage.answers.set(secretOf('dead'), () => ({ fails: 'connect' }));
    const names = await stage.names(200);
    assert.ok(names.every((name) => name === 'alive'));
    assert.ok(stage.sentTo('dead') <= 3, `it was asked ${stage.sentTo('dead')} times`);
  });

  it('refuses what a budget has no room for, before anything is sent', async () => {
    await stage.key('a', { prices: { '*': { input: 1000, output: 1000 } } });
    await stage.router.configureBudget({ name: 'small', limit: 0.01, timeWindow: 'day' });
    assert.equal((await stage.router.checkBudget(HELLO)).allowed, false);
    await assert.rejects(stage.router.route(HELLO), BudgetExceeded);
    assert.equal(stage.upstream.bills.length, 0);
  });

  it('serves again when a quota or budget that stopped it is removed', async () => {
    const { id: keyId } = await stage.key('a');
    const quota = await stage.router.configureQuota({ keyId, timeWindow: 'day', totalCapacity: 1 });
    await stage.names(1);
    await assert.rejects(stage.router.route(HELLO), BudgetExceeded);
    await stage.router.removeQuota(quota);
    await stage.names(1);
    const budget = await stage.router.configureBudget({ name: 'none', limit: 0, timeWindow: 'day' });
    await assert.rejects(stage.router.route(HELLO), BudgetExceeded);
    await stage.router.removeBudget(budget);
    await stage.names(1);
    assert.deepEqual(await stage.router.getBudgetStatus(), []);
    assert.deepEqual(await stage.router.getQuotaState(keyId), []);
  });

  it('says what a request would cost, and learns from what it did cost', async () => {
    await stage.key('a');
    const before = await stage.router.estimateRequestCost(HELLO);
    await stage.names(30);
    const after = await stage.router.estimateRequestCost(HELLO);
    const { metadata } = await stage.router.route(HELLO);
    assert.equal(before.confidence, 0);
    assert.ok(after.confidence > 0.7);
    assert.ok(Math.abs(after.estimated - metadata.costActual) / metadata.costActual < 0.05);
    assert.ok(after.low <= metadata.costActual && metadata.costActual <= after.high);
  });
});
