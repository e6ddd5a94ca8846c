import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { calcPrice, findProvider } from '@pydantic/genai-prices';
import * as fc from 'fast-check';
import { GenaiPriceBook } from '../../../../server/adapters/prices/genai-price-book.ts';
import type { ModelPrice } from '../../../../server/core/ports/prices.ts';
import { NO_USAGE, totalInput, type TokenUsage } from '../../../../shared/model/usage.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

const NOVEMBER = Date.UTC(2026, 10, 24);

const MODELS: readonly (readonly [kind: string, baseUrl: string, provider: string, model: string])[] = [
  ['openai', 'https://api.openai.com', 'openai', 'gpt-4o'],
  ['openai', 'https://api.openai.com', 'openai', 'gpt-4o-mini'],
  ['openai', 'https://api.openai.com', 'openai', 'gpt-5'],
  ['openai', 'https://api.openai.com', 'openai', 'gpt-5.6-sol'],
  ['openai', 'https://api.openai.com', 'openai', 'o3'],
  ['anthropic', 'https://api.anthropic.com', 'anthropic', 'claude-sonnet-4-5'],
  ['anthropic', 'https://api.anthropic.com', 'anthropic', 'claude-sonnet-4-20250514'],
  ['anthropic', 'https://api.anthropic.com', 'anthropic', 'claude-opus-4-1'],
  ['anthropic', 'https://api.anthropic.com', 'anthropic', 'claude-opus-4-6'],
  ['anthropic', 'https://api.anthropic.com', 'anthropic', 'claude-haiku-4-5'],
  ['anthropic', 'https://api.anthropic.com', 'anthropic', 'claude-fable-5-1'],
  [
    'openai-compatible',
    'https://generativelanguage.googleapis.com/v1beta/openai',
    'google',
    'gemini-2.5-pro',
  ],
  [
    'openai-compatible',
    'https://generativelanguage.googleapis.com/v1beta/openai',
    'google',
    'gemini-2.5-flash',
  ],
  ['openai-compatible', 'https://api.groq.com/openai', 'groq', 'llama-3.3-70b-versatile'],
  ['openai-compatible', 'https://openrouter.ai/api', 'openrouter', 'anthropic/claude-sonnet-4.5'],
];

const tokens = fc.oneof(fc.nat(3000), fc.nat(400_000));
const usages: fc.Arbitrary<TokenUsage> = fc
  .record({
    inputTokens: tokens,
    cacheReadTokens: tokens,
    cacheWriteTokens: tokens,
    cacheWrite1hTokens: tokens,
    outputTokens: tokens,
    reasoningShare: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ reasoningShare, ...rest }) => ({
    ...rest,
    reasoningTokens: Math.floor(rest.outputTokens * reasoningShare),
  }));

function usage(parts: Partial<TokenUsage>): TokenUsage {
  return { ...NO_USAGE, ...parts };
}

describe('GenaiPriceBook', function () {
  this.timeout(20_000);
  const book = new GenaiPriceBook(new ManualClock(NOVEMBER));

  function price(kind: string, baseUrl: string, model: string): ModelPrice {
    const found = book.find(kind, baseUrl, model);
    assert.ok(found, `${model} has no price`);
    return found;
  }

  it('is exact to the nano-dollar', () => {
    const mini = price('openai', 'https://api.openai.com', 'gpt-4o-mini');
    // $0.15 in, $0.075 cached, $0.60 out a million tokens (https://openai.com/api/pricing).
    assert.equal(mini.cost(usage({ inputTokens: 1 })), 150);
    assert.equal(mini.cost(usage({ cacheReadTokens: 1 })), 75);
    assert.equal(mini.cost(usage({ inputTokens: 1000, outputTokens: 500 })), 450_000);
    // $0.02 a million: 20 nano a token.
    assert.equal(
      price('openai', 'https://api.openai.com', 'text-embedding-3-small').cost(usage({ inputTokens: 7 })),
      140,
    );
  });

  it('prices cache writes by their lifetime', () => {
    const opus = price('anthropic', 'https://api.anthropic.com', 'claude-opus-4-5');
    assert.equal(opus.cost(usage({ inputTokens: 1_000_000 })), 5_000_000_000);
    assert.equal(opus.cost(usage({ cacheWriteTokens: 1_000_000 })), 6_250_000_000);
    assert.equal(opus.cost(usage({ cacheWrite1hTokens: 1_000_000 })), 10_000_000_000);
    assert.equal(opus.cost(usage({ cacheReadTokens: 1_000_000 })), 500_000_000);
  });

  it('changes to the long-context price with the whole input, cached or not', () => {
    const sonnet = price('anthropic', 'https://api.anthropic.com', 'claude-sonnet-4-5');
    assert.equal(sonnet.cost(usage({ inputTokens: 100_000, cacheReadTokens: 100_000 })), 330_000_000);
    assert.equal(sonnet.cost(usage({ inputTokens: 100_001, cacheReadTokens: 100_000 })), 660_006_000);
  });

  it('agrees with the library on every usage of real models', () => {
    for (const [kind, baseUrl, providerId, model] of MODELS) {
      const ours = price(kind, baseUrl, model);
      fc.assert(
        fc.property(usages, (used) => {
          const theirs = calcPrice(
            {
              input_tokens: totalInput(used),
              cache_read_tokens: used.cacheReadTokens,
              cache_write_tokens: used.cacheWriteTokens + used.cacheWrite1hTokens,
              cache_write_1h_tokens: used.cacheWrite1hTokens,
              output_tokens: used.outputTokens,
              output_reasoning_tokens: used.reasoningTokens,
            },
            model,
            { providerId, timestamp: new Date(NOVEMBER) },
          );
          assert.ok(theirs);
          // The library has no one-hour price at OpenRouter; ours is derived there.
          if (theirs.model_price['cache_write_1h_mtok'] === undefined && used.cacheWrite1hTokens > 0) return;
          const difference = Math.abs(ours.cost(used) - theirs.total_price * 1e9);
          // Half a nano for our rounding; the rest is what their binary fractions lose.
          assert.ok(difference <= 0.5 + 1e-3, `${model}: ${difference} nano apart`);
        }),
        { numRuns: 200 },
      );
    }
  });

  it('never costs less than nothing, and never more than the worst case', () => {
    for (const [kind, baseUrl, , model] of MODELS) {
      const ours = price(kind, baseUrl, model);
      fc.assert(
        fc.property(usages, fc.nat(1000), fc.nat(1000), (used, moreIn, moreOut) => {
          const cost = ours.cost(used);
          assert.ok(Number.isSafeInteger(cost) && cost >= 0);
          const bound = ours.worstCase(totalInput(used) + moreIn, used.outputTokens + moreOut);
          assert.ok(bound >= cost, `${model}: worst case ${bound} below ${cost}`);
        }),
        { numRuns: 200 },
      );
    }
  });

  it('agrees with the library on pictures and sound, and bounds them', () => {
    for (const model of [
      'gpt-image-1.5',
      'gpt-image-2',
      'gpt-4o-transcribe',
      'gpt-4o-mini-tts',
      'gpt-audio',
    ]) {
      const ours = price('openai', 'https://api.openai.com', model);
      fc.assert(
        fc.property(fc.array(fc.nat(5000), { minLength: 6, maxLength: 6 }), (counts) => {
          const [text = 0, imageInput = 0, audioInput = 0, answer = 0, imageOutput = 0, audioOutput = 0] =
            counts;
          const input = text + imageInput + audioInput;
          const output = answer + imageOutput + audioOutput;
          const media = { imageInput, audioInput, imageOutput, audioOutput };
          const cost = ours.cost({ ...NO_USAGE, inputTokens: input, outputTokens: output, media });
          const theirs = calcPrice(
            {
              input_tokens: input,
              input_image_tokens: imageInput,
              input_audio_tokens: audioInput,
              output_tokens: output,
              output_image_tokens: imageOutput,
              output_audio_tokens: audioOutput,
            },
            model,
            { providerId: 'openai', timestamp: new Date(NOVEMBER) },
          );
          assert.ok(theirs);
          assert.ok(Math.abs(cost - theirs.total_price * 1e9) <= 0.5 + 1e-3, model);
          assert.ok(ours.worstCase(input, output, 'media') >= cost, model);
        }),
        { numRuns: 100 },
      );
    }
  });

  it('is linear within a tier', () => {
    const ours = price('anthropic', 'https://api.anthropic.com', 'claude-opus-4-1');
    fc.assert(
      fc.property(usages, usages, (a, b) => {
        const sum = usage({
          inputTokens: a.inputTokens + b.inputTokens,
          cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
          cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
          cacheWrite1hTokens: a.cacheWrite1hTokens + b.cacheWrite1hTokens,
          outputTokens: a.outputTokens + b.outputTokens,
        });
        assert.equal(ours.cost(sum), ours.cost(a) + ours.cost(b));
      }),
    );
  });

  it('takes nonsense in a usage for nothing instead of throwing', () => {
    const ours = price('openai', 'https://api.openai.com', 'gpt-4o');
    assert.equal(ours.cost(usage({ inputTokens: Number.NaN, outputTokens: -5 })), 0);
    assert.equal(ours.cost(usage({ inputTokens: 0.5 })), 2500);
    assert.equal(ours.cost(usage({ inputTokens: Infinity })), Number.MAX_SAFE_INTEGER);
  });

  it('knows the provider by its address, and a simulated one by its kind', () => {
    const groq = book.find('openai-compatible', 'https://api.groq.com/openai', 'llama-3.3-70b-versatile');
    assert.ok(groq);
    assert.ok(book.find('openai', 'http://127.0.0.1:4010', 'gpt-4o'));
    assert.ok(book.find('anthropic', 'http://localhost:4010', 'claude-sonnet-4-5'));
    assert.equal(book.find('openai-compatible', 'http://127.0.0.1:8000', 'gpt-4o'), null);
    assert.equal(book.find('anthropic', 'https://api.anthropic.com', 'gpt-4o'), null);
    assert.equal(book.find('openai', 'https://api.openai.com', 'no-such-model'), null);
  });

  it('has no price for what is not sold by the token, and none to pay for free models', () => {
    assert.equal(book.find('openai', 'https://api.openai.com', 'whisper-1'), null);
    const free = book.find('openai-compatible', 'https://openrouter.ai/api', 'qwen/qwen3-coder:free');
    assert.equal(free?.worstCase(1000, 1000), 0);
  });

  it('adds the charge a request where there is one', () => {
    const sonar = price('openai-compatible', 'https://api.perplexity.ai', 'sonar');
    assert.equal(sonar.cost(NO_USAGE), 12_000_000);
    assert.equal(sonar.worstCase(0, 0), 12_000_000);
  });

  it('knows context windows', () => {
    assert.equal(price('openai', 'https://api.openai.com', 'gpt-4o').contextWindow, 128_000);
  });

  it('returns the same object again, also for a model it does not know', () => {
    assert.equal(
      book.find('openai', 'https://api.openai.com', 'gpt-4o'),
      book.find('openai', 'https://api.openai.com', 'gpt-4o'),
    );
    const started = performance.now();
    for (let i = 0; i < 10_000; i++) book.find('openai', 'https://api.openai.com', 'no-such-model');
    assert.ok(performance.now() - started < 100, 'unknown models are looked up each time');
  });

  it('follows a dated price while it runs', () => {
    const clock = new ManualClock(Date.UTC(2026, 7, 20, 23, 59));
    const dated = new GenaiPriceBook(clock);
    const costOfOne = (): number =>
      dated.find('openai', 'https://api.openai.com', 'gpt-5.6-sol')?.cost(usage({ inputTokens: 1 })) ?? -1;
    assert.equal(costOfOne(), 5000);
    clock.advance(2 * 60_000);
    assert.equal(costOfOne(), 4000);
  });

  it('prices every model of the book without a throw', () => {
    const addresses = {
      openai: 'https://api.openai.com',
      anthropic: 'https://api.anthropic.com',
      google: 'https://generativelanguage.googleapis.com',
      groq: 'https://api.groq.com',
      openrouter: 'https://openrouter.ai',
      deepseek: 'https://api.deepseek.com',
      mistral: 'https://api.mistral.ai',
    };
    for (const [id, address] of Object.entries(addresses)) {
      for (const model of findProvider({ providerId: id })?.models ?? []) {
        const found = book.find('openai-compatible', address, model.id);
        if (found) assert.ok(found.worstCase(1_000_000, 1000) >= found.worstCase(1000, 1000));
      }
    }
  });

  it('says which edition it is', () => {
    const installed = JSON.parse(
      readFileSync(
        new URL('../../../../node_modules/@pydantic/genai-prices/package.json', import.meta.url),
        'utf8',
      ),
    ) as { version: string };
    assert.equal(book.edition, `genai-prices ${installed.version}`);
  });
});
