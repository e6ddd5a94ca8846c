import assert from 'node:assert/strict';
import { TokenCalibration } from '../../../../server/core/pricing/token-calibration.ts';
import { NO_USAGE, type TokenUsage } from '../../../../shared/model/usage.ts';
import { SeededRandom } from '../../../support/seeded-random.ts';

/** A caller's requests: sizes vary, tokens per byte little, answers by a factor. */
class Caller {
  readonly #random: SeededRandom;
  readonly #rate: number;
  readonly #spread: number;

  constructor(seed: number, rate: number, spread: number) {
    this.#random = new SeededRandom(seed);
    this.#rate = rate;
    this.#spread = spread;
  }

  next(): { readonly bytes: number; readonly usage: TokenUsage } {
    const bytes = this.#random.between(500, 50_000);
    const inputTokens = Math.max(1, Math.round(bytes * this.#rate * Math.exp(0.1 * this.#normal())));
    const outputTokens = Math.max(1, Math.round(300 * Math.exp(this.#spread * this.#normal())));
    return { bytes, usage: { ...NO_USAGE, inputTokens, outputTokens } };
  }

  #normal(): number {
    const angle = 2 * Math.PI * this.#random.next();
    return Math.sqrt(-2 * Math.log(1 - this.#random.next())) * Math.cos(angle);
  }
}

describe('TokenCalibration', () => {
  it('gives ranges of which four of five hold once it has learned, whatever the caller is like', () => {
    for (const [rate, spread] of [
      [0.25, 0.3],
      [0.4, 0.8],
      [0.15, 1.2],
    ] as const) {
      const calibration = new TokenCalibration();
      const caller = new Caller(3, rate, spread);
      let input = 0;
      let output = 0;
      const tries = 3000;
      for (let index = 0; index < tries + 100; index++) {
        const { bytes, usage } = caller.next();
        const estimate = calibration.estimate('gpt-5', 'vk', bytes, null);
        calibration.learn('gpt-5', 'vk', bytes, usage);
        if (index < 100) continue;
        const { inputTokens, outputTokens } = estimate;
        if (inputTokens.low <= usage.inputTokens && usage.inputTokens <= inputTokens.high) input++;
        if (outputTokens.low <= usage.outputTokens && usage.outputTokens <= outputTokens.high) output++;
      }
      console.log(
        `      ${rate} tokens a byte, answers by e^${spread}: ${((100 * input) / tries).toFixed(1)} % of the inputs, ${((100 * output) / tries).toFixed(1)} % of the outputs within`,
      );
      for (const share of [input / tries, output / tries]) assert.ok(share >= 0.75 && share <= 0.85);
    }
  });

  it('grows confident, and its ranges narrow', () => {
    const calibration = new TokenCalibration();
    const caller = new Caller(5, 0.3, 0.2);
    const width = (): number => {
      const { low, high } = calibration.estimate('gpt-5', 'vk', 10_000, null).outputTokens;
      return high / low;
    };
    const seen: { readonly confidence: number; readonly width: number }[] = [];
    for (let index = 0; index < 60; index++) {
      if (index % 20 === 0) {
        const { confidence } = calibration.estimate('gpt-5', 'vk', 10_000, null);
        seen.push({ confidence, width: width() });
      }
      const { bytes, usage } = caller.next();
      calibration.learn('gpt-5', 'vk', bytes, usage);
    }
    assert.equal(seen[0]?.confidence, 0);
    assert.ok(seen.every(({ confidence }, index) => confidence > (seen[index - 1]?.confidence ?? -1)));
    // Four to one on either side by the rule of thumb.
    assert.equal(Math.round(seen[0]?.width ?? 0), 16);
    assert.ok(seen.slice(1).every((entry) => entry.width < 3));
  });

  it('follows a caller that changes', () => {
    const calibration = new TokenCalibration();
    const before = new Caller(7, 0.2, 0.3);
    const after = new Caller(8, 0.5, 0.3);
    for (const caller of [before, after]) {
      for (let index = 0; index < 100; index++) {
        const { bytes, usage } = caller.next();
        calibration.learn('gpt-5', 'vk', bytes, usage);
      }
    }
    const { expected } = calibration.estimate('gpt-5', 'vk', 10_000, null).inputTokens;
    assert.ok(Math.abs(expected - 5000) < 500, `expected ${expected}`);
  });

  it('never expects more than the request allows', () => {
    const calibration = new TokenCalibration();
    const caller = new Caller(9, 0.3, 0.5);
    for (let index = 0; index < 50; index++) {
      const { bytes, usage } = caller.next();
      calibration.learn('gpt-5', 'vk', bytes, usage);
    }
    const { inputTokens, outputTokens } = calibration.estimate('gpt-5', 'vk', 100, 20);
    assert.deepEqual(outputTokens, { expected: 20, low: 20, high: 20 });
    assert.ok(inputTokens.high <= 100);
  });

  it('keeps models and callers apart, and learns nothing from an answer without usage', () => {
    const calibration = new TokenCalibration();
    calibration.learn('gpt-5', 'vk', 1000, { ...NO_USAGE, inputTokens: 900, outputTokens: 9 });
    calibration.learn('gpt-4o', 'vk', 1000, NO_USAGE);
    const untouched = new TokenCalibration().estimate('gpt-4o', 'vk', 1000, null);
    assert.deepEqual(calibration.estimate('gpt-4o', 'vk', 1000, null), untouched);
    assert.deepEqual(calibration.estimate('gpt-5', 'other', 1000, null), untouched);
    assert.notDeepEqual(calibration.estimate('gpt-5', 'vk', 1000, null), untouched);
  });
});
