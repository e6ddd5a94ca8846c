import assert from 'node:assert/strict';
import { ApiKeyRouter } from '../../server/library/api-key-router.ts';
import { NO_USAGE } from '../../shared/model/usage.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { SimulatedUpstream } from '../support/simulated-upstream.ts';

const REQUESTS = 10_000;

/** Sends the requests over keys of these weights; how many each served. */
async function shares(weights: readonly number[], concurrency: number): Promise<readonly number[]> {
  const clock = new ManualClock();
  const served = new Map<string, number>();
  const upstream = new SimulatedUpstream(clock, ({ secret }) => {
    served.set(secret, (served.get(secret) ?? 0) + 1);
    return { usage: { ...NO_USAGE, inputTokens: 10, outputTokens: 5 } };
  });
  const router = new ApiKeyRouter({ clock, random: new SeededRandom(), upstream });
  const secrets = weights.map((_, index) => `sk-simulated-fair-${String(index).padStart(4, '0')}`);
  for (const [index, secret] of secrets.entries()) {
    await router.registerKey({
      provider: 'openai',
      name: `key ${index}`,
      secret,
      weight: weights[index] ?? 1,
    });
  }
  const request = { model: 'gpt-5.4', prompt: 'Hi', maxTokens: 10, objective: 'fairness' } as const;
  const results = await router.routeMany(
    Array.from({ length: REQUESTS }, () => request),
    { concurrency },
  );
  assert.ok(results.every((result) => result.ok));
  await router.close();
  return secrets.map((secret) => served.get(secret) ?? 0);
}

describe('fairness over 10,000 requests', () => {
  for (const concurrency of [1, 50]) {
    it(`gives 10 equal keys equal shares, ${concurrency} at a time`, async () => {
      const counts = await shares(Array(10).fill(1), concurrency);
      const ratio = Math.max(...counts) / Math.min(...counts);
      console.log(`      max/min share ${ratio.toFixed(4)} (${counts.join(' ')})`);
      assert.ok(ratio <= 1.02);
    });

    it(`gives keys shares by their weights, ${concurrency} at a time`, async () => {
      const weights = [1, 2, 3, 5, 0.5];
      const counts = await shares(weights, concurrency);
      const sum = weights.reduce((total, weight) => total + weight, 0);
      const errors = counts.map((count, index) => {
        const due = (REQUESTS * (weights[index] ?? 0)) / sum;
        return Math.abs(count - due) / due;
      });
      console.log(
        `      largest distance from its share ${(Math.max(...errors) * 100).toFixed(2)} % (${counts.join(' ')})`,
      );
      assert.ok(errors.every((error) => error <= 0.02));
    });
  }
});
