import assert from 'node:assert/strict';
import { ApiKeyRouter } from '../../server/library/api-key-router.ts';
import { NO_USAGE } from '../../shared/model/usage.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { SimulatedUpstream } from '../support/simulated-upstream.ts';

describe('the output limit of a request', () => {
  const clock = new ManualClock();
  const upstream = new SimulatedUpstream(clock, ({ origin }) =>
    origin === 'https://down.example' ? { status: 503 } : { usage: NO_USAGE },
  );
  let router: ApiKeyRouter;

  /** The limits in the bodies that were sent, by their members. */
  const limits = (): unknown[] =>
    upstream.bills.map(({ request: { body } }) => [
      body['model'],
      body['max_tokens'],
      body['max_completion_tokens'],
    ]);

  beforeEach(async () => {
    upstream.bills.length = 0;
    router = new ApiKeyRouter({ clock, random: new SeededRandom(), upstream });
    await router.registerProvider({ id: 'own', baseUrl: 'https://own.example' });
    await router.registerKey({ provider: 'own', secret: 'own-0123456789', models: ['qwen3-coder'] });
    await router.registerKey({ provider: 'openai', secret: 'sk-simulated-0123456789' });
  });

  afterEach(() => router.close());

  it('is in the member that the maker of the model knows', async () => {
    await router.route({ model: 'gpt-5.4-mini', prompt: 'Hello', maxTokens: 50 });
    await router.route({ model: 'qwen3-coder', prompt: 'Hello', maxTokens: 50 });
    await router.route({ model: 'gpt-5.4-mini', prompt: 'Hello' });
    assert.deepEqual(limits(), [
      ['gpt-5.4-mini', undefined, 50],
      ['qwen3-coder', 50, undefined],
      ['gpt-5.4-mini', undefined, undefined],
    ]);
  });

  it('moves with a request to a model of another maker', async () => {
    await router.registerProvider({ id: 'down', baseUrl: 'https://down.example' });
    await router.registerKey({ provider: 'down', secret: 'down-0123456789', models: ['glm-5'] });
    await router.configurePolicy({
      name: 'fallbacks',
      type: 'failure_handling',
      scope: { model: 'glm-5' },
      rules: [{ action: 'fallback_models', models: ['gpt-5.4-mini'] }],
    });
    await clock.drive(router.route({ model: 'glm-5', prompt: 'Hello', maxTokens: 50 }));
    assert.deepEqual(limits().at(-1), ['gpt-5.4-mini', undefined, 50]);
  });
});
