import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { ApiKeyRouter } from '../../server/library/api-key-router.ts';
import { BudgetExceeded } from '../../server/library/errors.ts';
import type { OnInsufficient } from '../../shared/model/limits.ts';
import { NO_USAGE } from '../../shared/model/usage.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { type SentRequest, SimulatedUpstream } from '../support/simulated-upstream.ts';

const KEYS = 8;
/** Dollars a million tokens. */
const PRICE = { input: 2, output: 10 };
const MAX_TOKENS = 1000;
const BUDGET_USD = 1;

/** How the simulated accounts behave, in shares of all requests. */
interface Weather {
  readonly failing: number;
  readonly dropping: number;
  readonly slowestMs: number;
}

const FAIR_WEATHER: Weather = { failing: 0, dropping: 0, slowestMs: 20 };

class Bench {
  readonly clock = new ManualClock();
  readonly random: SeededRandom;
  readonly upstream: SimulatedUpstream;
  readonly router: ApiKeyRouter;

  constructor(seed: number, weather: Weather) {
    this.random = new SeededRandom(seed);
    this.upstream = new SimulatedUpstream(this.clock, (request) => this.#answer(request, weather));
    this.router = new ApiKeyRouter({ clock: this.clock, random: this.random, upstream: this.upstream });
  }

  async setUp(onInsufficient: readonly OnInsufficient[]): Promise<void> {
    for (let index = 0; index < KEYS; index++) {
      await this.router.registerKey({
        provider: 'openai',
        name: `key ${index}`,
        secret: `sk-simulated-spend-${index}-0123456789`,
        prices: { '*': PRICE, 'dear-*': { input: 20, output: 100 } },
      });
    }
    await this.router.configureBudget({
      name: 'one dollar',
      limit: BUDGET_USD,
      timeWindow: 'total',
      onInsufficient,
    });
  }

  /** What the accounts bill, in dollars. */
  get billedUsd(): number {
    let nano = 0;
    for (const { request, usage } of this.upstream.bills) {
      const factor = String(request.body['model']).startsWith('dear-') ? 10 : 1;
      if (usage)
        nano += factor * (usage.inputTokens * PRICE.input + usage.outputTokens * PRICE.output) * 1000;
    }
    return nano / 1e9;
  }

  #answer(
    request: SentRequest,
    weather: Weather,
  ): ReturnType<ConstructorParameters<typeof SimulatedUpstream>[1]> {
    const afterMs = this.random.between(1, weather.slowestMs);
    const luck = this.random.next();
    const limit = Number(request.body['max_tokens'] ?? MAX_TOKENS);
    // What is billed lies below the worst case: at most a token a byte in, and the limit out.
    const inputTokens = this.random.between(1, request.bytes);
    const usage = { ...NO_USAGE, inputTokens, outputTokens: this.random.between(0, limit) };
    if (luck < weather.failing) return { status: 500, afterMs };
    if (luck < weather.failing + weather.dropping) return { fails: 'reset', usage, afterMs };
    return { usage, afterMs };
  }
}

describe('a budget of one dollar under `prevent`', () => {
  it('is never exceeded by 1,000 requests at once', async () => {
    const bench = new Bench(1, FAIR_WEATHER);
    await bench.setUp([]);
    const request = {
      model: 'some-model',
      provider: 'openai',
      prompt: 'x'.repeat(400),
      maxTokens: MAX_TOKENS,
    };
    const all = bench.router.routeMany(
      Array.from({ length: 1000 }, () => request),
      { concurrency: 1000 },
    );
    await bench.clock.drive(all);
    const results = await all;
    const refused = results.filter((result) => !result.ok);
    assert.ok(
      refused.length > 0 && refused.every((result) => !result.ok && result.error instanceof BudgetExceeded),
    );
    console.log(`      billed $${bench.billedUsd.toFixed(4)}, ${1000 - refused.length} of 1000 answered`);
    assert.ok(bench.billedUsd <= BUDGET_USD);
    await bench.router.close();
  });

  for (const steps of [['wait'], ['clamp_output'], ['wait', 'clamp_output']] as const) {
    it(`is used to at least 95 % by 50 workers with on_insufficient: ${steps.join(', then ')}`, async () => {
      const bench = new Bench(2, FAIR_WEATHER);
      await bench.setUp(steps);
      const worker = async (): Promise<void> => {
        for (;;) {
          const prompt = 'x'.repeat(bench.random.between(50, 1500));
          try {
            await bench.router.route({
              model: 'some-model',
              provider: 'openai',
              prompt,
              maxTokens: MAX_TOKENS,
            });
          } catch (error) {
            assert.ok(error instanceof BudgetExceeded, String(error));
            return;
          }
        }
      };
      await bench.clock.drive(Promise.all(Array.from({ length: 50 }, worker)));
      console.log(`      billed $${bench.billedUsd.toFixed(4)} with ${bench.upstream.bills.length} requests`);
      assert.ok(bench.billedUsd <= BUDGET_USD);
      assert.ok(bench.billedUsd >= BUDGET_USD * 0.95);
      await bench.router.close();
    });
  }

  it('holds under random failures, cancellations, fallbacks and hedges', async () => {
    const runs = fc.record({
      seed: fc.integer({ min: 1, max: 1_000_000 }),
      failing: fc.double({ min: 0, max: 0.4, noNaN: true }),
      dropping: fc.double({ min: 0, max: 0.4, noNaN: true }),
      slowestMs: fc.integer({ min: 1, max: 60 }),
      cancelled: fc.double({ min: 0, max: 0.3, noNaN: true }),
      hedgeMs: fc.option(fc.integer({ min: 1, max: 30 }), { nil: null }),
      steps: fc.subarray<OnInsufficient>(['wait', 'clamp_output']),
      workers: fc.integer({ min: 1, max: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(runs, async ({ seed, cancelled, hedgeMs, steps, workers, ...weather }) => {
        const bench = new Bench(seed, weather);
        await bench.setUp(steps);
        await bench.router.configurePolicy({
          name: 'failures',
          type: 'failure_handling',
          scope: { global: true },
          rules: [
            // A cheap model with an expensive fallback.
            { action: 'fallback_models', models: ['dear-model'] },
            ...(hedgeMs === null ? [] : [{ action: 'hedge_after', afterMs: hedgeMs } as const]),
          ],
        });
        const worker = async (): Promise<void> => {
          for (let count = 0; count < 15; count++) {
            const leave = new AbortController();
            const prompt = 'x'.repeat(bench.random.between(10, 3000));
            if (bench.random.next() < cancelled) {
              bench.clock.after(bench.random.between(0, 40), () => leave.abort());
            }
            const request = {
              model: 'some-model',
              provider: 'openai',
              prompt,
              maxTokens: MAX_TOKENS,
              // Keeps the whole run within the time for which unseen answers stay held.
              deadlineMs: 2_000,
            };
            // Whatever becomes of it: only what is billed counts.
            await bench.router.route({ ...request, signal: leave.signal }).catch(() => undefined);
          }
        };
        await bench.clock.drive(Promise.all(Array.from({ length: workers }, worker)));
        // What may have been billed unseen stays held until no provider can still work on it.
        bench.clock.advance(16 * 60_000);
        await new Promise((resolve) => setImmediate(resolve));
        const [budget] = await bench.router.getBudgetStatus();
        assert.equal(budget?.held, 0, 'nothing is held when nothing runs');
        assert.ok(bench.billedUsd <= BUDGET_USD, `billed $${bench.billedUsd}`);
        await bench.router.close();
      }),
      { numRuns: 60, seed: 20_261_124 },
    );
  });
});
