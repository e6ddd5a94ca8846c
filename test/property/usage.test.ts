import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { readMessagesUsage } from '../../server/protocol/anthropic-usage.ts';
import { readChatUsage, readResponsesUsage } from '../../server/protocol/openai-usage.ts';
import { totalInput, type TokenUsage } from '../../shared/model/usage.ts';

const count = fc.nat({ max: 3_000_000 });
/** What may stand where a count is expected. */
const anything = fc.oneof(
  count,
  fc.constantFrom(
    -1,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 60,
    null,
    undefined,
    '12',
    true,
    {},
    [],
  ),
);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

function sound(usage: TokenUsage): boolean {
  const whole = Object.values(usage).every((tokens) => Number.isSafeInteger(tokens) && tokens >= 0);
  return whole && usage.reasoningTokens <= usage.outputTokens;
}

const names = {
  chat: ['prompt_tokens', 'completion_tokens', 'prompt_tokens_details', 'completion_tokens_details'],
  responses: ['input_tokens', 'output_tokens', 'input_tokens_details', 'output_tokens_details'],
} as const;

for (const [api, read] of [
  ['chat', readChatUsage],
  ['responses', readResponsesUsage],
] as const) {
  const [input, output, inputDetails, outputDetails] = names[api];

  describe(`the inclusive usage of ${api}`, () => {
    it('adds up to the whole input and output, its parts taken apart', () =>
      fc.assert(
        fc.property(count, count, count, count, count, (plain, cached, written, visible, reasoning) => {
          const usage = read({
            [input]: plain + cached + written,
            [output]: visible + reasoning,
            [inputDetails]: { cached_tokens: cached, cache_write_tokens: written },
            [outputDetails]: { reasoning_tokens: reasoning },
          });
          assert.deepEqual(usage, {
            inputTokens: plain,
            cacheReadTokens: cached,
            cacheWriteTokens: written,
            cacheWrite1hTokens: 0,
            outputTokens: visible + reasoning,
            reasoningTokens: reasoning,
          });
        }),
      ));

    it('is never negative nor more than the whole, whatever the parts say', () =>
      fc.assert(
        fc.property(count, count, anything, anything, anything, (whole, out, cached, written, reasoning) => {
          const usage = read({
            [input]: whole,
            [output]: out,
            [inputDetails]: { cached_tokens: cached, cache_write_tokens: written },
            [outputDetails]: { reasoning_tokens: reasoning },
          });
          assert.ok(usage && sound(usage));
          assert.equal(totalInput(usage), whole);
          assert.equal(usage.outputTokens, out);
        }),
      ));

    it('is sound or absent for any JSON', () =>
      fc.assert(
        fc.property(
          fc.oneof(fc.jsonValue(), fc.record({ [input]: anything, [output]: anything })),
          (value) => {
            const usage = read(value);
            assert.ok(usage === null || sound(usage));
          },
        ),
      ));
  });
}

describe('the usage of DeepSeek, a split prompt', () => {
  it('is read from its own names', () => {
    const usage = readChatUsage({
      prompt_tokens: 100,
      completion_tokens: 7,
      prompt_cache_hit_tokens: 64,
      prompt_cache_miss_tokens: 36,
    });
    assert.deepEqual([usage?.inputTokens, usage?.cacheReadTokens, usage?.outputTokens], [36, 64, 7]);
  });
});

describe('the exclusive usage of Messages', () => {
  const parts = fc.record({ input: count, read: count, five: count, hour: count, output: count });
  const body = (given: { input: number; read: number; five: number; hour: number; output: number }) => ({
    input_tokens: given.input,
    cache_read_input_tokens: given.read,
    cache_creation_input_tokens: given.five + given.hour,
    cache_creation: { ephemeral_5m_input_tokens: given.five, ephemeral_1h_input_tokens: given.hour },
    output_tokens: given.output,
  });

  it('is the sum of its parts', () =>
    fc.assert(
      fc.property(parts, (given) => {
        assert.deepEqual(readMessagesUsage(body(given), null), {
          inputTokens: given.input,
          cacheReadTokens: given.read,
          cacheWriteTokens: given.five,
          cacheWrite1hTokens: given.hour,
          outputTokens: given.output,
          reasoningTokens: 0,
        });
      }),
    ));

  it('keeps what came before where a later event leaves fields out', () =>
    fc.assert(
      fc.property(parts, count, (given, output) => {
        const start = readMessagesUsage(body({ ...given, output: 1 }), null);
        const end = readMessagesUsage({ output_tokens: output }, start);
        assert.deepEqual(end, { ...start, outputTokens: output });
        assert.deepEqual(readMessagesUsage(null, start), start);
      }),
    ));

  it('believes the last total, and prices what the split does not cover as the dearer kind', () =>
    fc.assert(
      fc.property(parts, count, (given, more) => {
        const start = readMessagesUsage(body(given), null);
        const total = given.five + given.hour + more;
        const end = readMessagesUsage({ cache_creation_input_tokens: total, output_tokens: 5 }, start);
        assert.equal(end?.cacheWriteTokens, given.five);
        assert.equal(end?.cacheWrite1hTokens, given.hour + more);
      }),
    ));

  it('is never negative, whatever the fields say', () =>
    fc.assert(
      fc.property(
        fc.record({
          input_tokens: anything,
          cache_read_input_tokens: anything,
          cache_creation_input_tokens: anything,
          cache_creation: maybe(
            fc.record({ ephemeral_5m_input_tokens: anything, ephemeral_1h_input_tokens: anything }),
          ),
          output_tokens: anything,
        }),
        maybe(parts),
        (value, earlier) => {
          const usage = readMessagesUsage(value, earlier ? readMessagesUsage(body(earlier), null) : null);
          assert.ok(usage && sound(usage));
        },
      ),
    ));

  it('is absent where nothing was reported', () => {
    for (const value of [null, undefined, 5, 'x', []]) assert.equal(readMessagesUsage(value, null), null);
  });
});
