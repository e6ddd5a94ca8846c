import assert from 'node:assert/strict';
import { BudgetExceeded } from '../../server/library/errors.ts';
import { HELLO, secretOf, Stage, USAGE } from '../support/library-stage.ts';

describe('the limits of accounts', () => {
  let stage: Stage;

  beforeEach(() => {
    stage = new Stage();
  });

  afterEach(async () => {
    await stage.router.close();
  });

  /** A provider that allows so many requests a minute and says with each answer what is left; more are refused. */
  function limitKey(name: string, perMinute: number, account = name): () => number {
    let refused = 0;
    let used = 0;
    let minute = 0;
    stage.answers.set(secretOf(name), () => {
      const now = Math.floor(stage.clock.now() / 60_000);
      if (now !== minute) used = 0;
      minute = now;
      if (used >= perMinute) {
        refused++;
        return { status: 429, headers: { 'retry-after': '60' } };
      }
      used++;
      const headers = {
        'openai-organization': account,
        'x-ratelimit-limit-requests': String(perMinute),
        'x-ratelimit-remaining-requests': String(perMinute - used),
        'x-ratelimit-reset-requests': '60s',
      };
      return { usage: USAGE, headers };
    });
    return () => refused;
  }

  it('are learned from the answers: a key rests before its provider refuses it', async () => {
    await stage.key('cheap', { prices: { '*': { input: 1, output: 1 } } });
    await stage.key('dear', { prices: { '*': { input: 9, output: 9 } } });
    const refused = limitKey('cheap', 5);
    const names = await stage.names(8, { ...HELLO, objective: 'cost' });
    assert.deepEqual(names, [...Array(5).fill('cheap'), ...Array(3).fill('dear')]);
    assert.equal(refused(), 0);
    const { metadata } = await stage.router.route({ ...HELLO, objective: 'cost' });
    assert.match(metadata.routingExplanation, /cheap.*nothing is left of its rate limit/);
    stage.clock.advance(60_000);
    assert.deepEqual(await stage.names(1, { ...HELLO, objective: 'cost' }), ['cheap']);
  });

  it('do not stop the only key: its provider has the last word', async () => {
    await stage.key('only');
    limitKey('only', 2);
    assert.deepEqual(await stage.names(2), ['only', 'only']);
    await assert.rejects(stage.router.route(HELLO));
    assert.equal(stage.sentTo('only'), 3);
  });

  it('are compared with the configured quota, and the stricter counts', async () => {
    const { id } = await stage.key('a');
    await stage.router.configureQuota({ keyId: id, timeWindow: 'minute', totalCapacity: 100 });
    limitKey('a', 20);
    await stage.names(17);
    const [quota] = await stage.router.getQuotaState(id);
    assert.equal(quota?.totalCapacity, 100);
    assert.deepEqual(quota?.reportedByProvider, { limit: 20, remaining: 3 });
    assert.equal(quota?.remaining, 3);
    assert.equal(quota?.capacityState, 'critical');
  });

  it('are counted on after a restart', async () => {
    const { id } = await stage.key('a');
    await stage.router.configureQuota({ keyId: id, timeWindow: 'day', totalCapacity: 10 });
    await stage.names(4);
    const again = stage.reopen();
    const [quota] = await again.getQuotaState(id);
    assert.equal(quota?.used, 4);
    assert.equal(quota.remaining, 6);
    await again.close();
  });

  it('count once for all keys of an account, as soon as it is known', async () => {
    const keys = [await stage.key('a'), await stage.key('b')];
    for (const { id } of keys) {
      await stage.router.configureQuota({ keyId: id, timeWindow: 'day', totalCapacity: 10 });
    }
    limitKey('a', 1000, 'org-1');
    limitKey('b', 1000, 'org-1');
    // One answer of each tells its account.
    await stage.names(2);
    const states = await Promise.all(keys.map(({ id }) => stage.router.getQuotaState(id)));
    assert.deepEqual(
      states.map((quotas) => quotas.length),
      [1, 1],
    );
    assert.equal(states[0]?.[0]?.id, states[1]?.[0]?.id);
    const { used = 0 } = states[0]?.[0] ?? {};
    await stage.names(10 - used);
    await assert.rejects(stage.router.route(HELLO), BudgetExceeded);
  });
});
