import assert from 'node:assert/strict';
import { ApiKeyRouter } from '../../server/library/api-key-router.ts';
import { NoEligibleKeys, ProviderError } from '../../server/library/errors.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { SimulatedUpstream } from '../support/simulated-upstream.ts';

const HELLO = { model: 'gpt-5.4', prompt: 'Hello', maxTokens: 100 };

describe('what a program is told when nothing answers', () => {
  const clock = new ManualClock();
  let router: ApiKeyRouter;

  beforeEach(async () => {
    const upstream = new SimulatedUpstream(clock, () => ({
      status: 429,
      headers: { 'retry-after': '7' },
      body: { error: { message: 'Slow down.', code: 'rate_limit_exceeded' } },
    }));
    router = new ApiKeyRouter({ clock, random: new SeededRandom(), upstream });
    await router.registerKey({ provider: 'openai', name: 'the only one', secret: 'sk-simulated-0123456789' });
  });

  afterEach(() => router.close());

  it('names the keys that were tried', async () => {
    await assert.rejects(clock.drive(router.route(HELLO)), (error: unknown) => {
      assert.ok(error instanceof ProviderError);
      assert.match(error.message, /^No key could answer \(the only one: rate limited\)\. .*Slow down\./);
      return true;
    });
  });

  it('names the keys that wait, and says for how long', async () => {
    await assert.rejects(clock.drive(router.route(HELLO)), ProviderError);
    await assert.rejects(router.route(HELLO), (error: unknown) => {
      assert.ok(error instanceof NoEligibleKeys);
      assert.equal(error.message, 'Every key for gpt-5.4 is waiting. the only one: throttled, back in 7s.');
      return true;
    });
    await assert.rejects(router.estimateRequestCost(HELLO), /the only one: throttled/);
  });
});
