import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { CODECS } from '../../server/protocol/classify.ts';
import type { Meter } from '../../server/core/ports/codec.ts';
import { concatBytes } from '../../shared/model/bytes.ts';
import { NO_USAGE } from '../../shared/model/usage.ts';
import { cutAt, cutEvery, cuts } from '../support/chunks.ts';
import { jsonStyles, spaces, writeJson } from '../support/json-text.ts';

const encoder = new TextEncoder();
const HELD = 256 * 1024;

interface Case {
  readonly protocol: 'openai-chat' | 'openai-responses' | 'openai-embeddings' | 'anthropic-messages';
  readonly answer: (text: string, input: number, output: number) => object;
}

/** Members in the order in which the providers write them: the usage after the content, and more after it. */
const CASES: readonly Case[] = [
  {
    protocol: 'openai-chat',
    answer: (content, prompt_tokens, completion_tokens) => ({
      id: 'chatcmpl-1',
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
      usage: { prompt_tokens, completion_tokens, prompt_tokens_details: { cached_tokens: 0 } },
      service_tier: 'default',
      system_fingerprint: 'fp_{"}',
    }),
  },
  {
    protocol: 'openai-responses',
    answer: (text, input_tokens, output_tokens) => ({
      id: 'resp_1',
      error: null,
      output: [{ type: 'message', content: [{ type: 'output_text', text }] }],
      usage: { input_tokens, input_tokens_details: { cached_tokens: 0 }, output_tokens, note: '}{"' },
      user: null,
      metadata: { usage: 'free' },
    }),
  },
  {
    protocol: 'openai-embeddings',
    answer: (text, prompt_tokens) => ({ data: [{ embedding: text }], model: 'e', usage: { prompt_tokens } }),
  },
  {
    protocol: 'anthropic-messages',
    answer: (text, input_tokens, output_tokens) => ({
      type: 'message',
      content: [
        { type: 'text', text },
        { type: 'tool_use', input: { usage: { input_tokens: 77, output_tokens: 77 } } },
      ],
      usage: { input_tokens, cache_read_input_tokens: 0, output_tokens },
    }),
  },
];

/** Text in which everything stands that may lead a search astray. */
const text = fc
  .array(
    fc.constantFrom('a', ' ', '\n', '"', '\\', '{', '}', '"usage":{"prompt_tokens":9}', 'ä', '日本語', '🦊'),
    {
      maxLength: 12,
    },
  )
  .map((parts) => parts.join(''));
const count = fc.nat({ max: 2_000_000 });

function feed(protocol: Case['protocol'], pieces: readonly Uint8Array[]): Meter & { passed: Uint8Array } {
  const meter = CODECS[protocol].meter({ stream: false, stripUsageChunk: false, answers: 1 });
  const out = pieces.flatMap((piece) => meter.push(piece));
  const passed = concatBytes([...out, ...meter.finish()]);
  return Object.assign(meter, { passed });
}

for (const { protocol, answer } of CASES) {
  const expected = (input: number, output: number) => ({
    ...NO_USAGE,
    inputTokens: input,
    outputTokens: protocol === 'openai-embeddings' ? 0 : output,
  });

  describe(`a whole answer of ${protocol}`, () => {
    it('tells its usage, however it is written and cut', () =>
      fc.assert(
        fc.property(text, count, count, jsonStyles, cuts, (content, input, output, style, shares) => {
          const bytes = encoder.encode(writeJson(answer(content, input, output), style));
          const meter = feed(protocol, cutAt(bytes, shares));
          assert.deepEqual(meter.passed, bytes);
          assert.deepEqual(meter.usage, expected(input, output));
          assert.equal(meter.complete, true);
          assert.equal(meter.error, null);
          assert.equal(meter.contentSeen, false, 'a small answer is held until it is whole');
        }),
      ));

    it('is not complete if it breaks off', () =>
      fc.assert(
        fc.property(text, jsonStyles, cuts, fc.double({ min: 0, max: 1, noNaN: true }), (...given) => {
          const [content, style, shares, share] = given;
          const bytes = encoder.encode(writeJson(answer(content, 1, 2), style));
          const cut = bytes.subarray(0, Math.floor(share * (bytes.length - 1)));
          const meter = feed(protocol, cutAt(cut, shares));
          assert.equal(meter.complete, false);
          assert.equal(meter.usage, null);
        }),
      ));

    it('tells its usage when it is larger than what is held back, at any cut', () =>
      fc.assert(
        fc.property(
          text.filter((part) => part !== ''),
          fc.integer({ min: HELD, max: 2 * HELD }),
          count,
          spaces,
          cuts,
          (part, size, input, space, shares) => {
            const content = part.repeat(Math.ceil(size / part.length));
            const bytes = encoder.encode(writeJson(answer(content, input, 11), { space, escapeEvery: 0 }));
            const meter = feed(protocol, cutAt(bytes, shares));
            assert.deepEqual(meter.passed, bytes);
            assert.deepEqual(meter.usage, expected(input, 11));
            assert.equal(meter.complete, true);
            assert.equal(meter.contentSeen, true);
          },
        ),
        { numRuns: 20 },
      ));

    for (const size of [4 * 1024, 64 * 1024, 1024 * 1024, 16 * 1024 * 1024]) {
      it(`tells its usage after 10 MB in pieces of ${size} bytes`, () => {
        const bytes = encoder.encode(JSON.stringify(answer('ä'.repeat(5 * 1024 * 1024), 3, 4)));
        const meter = feed(protocol, cutEvery(bytes, size));
        assert.equal(meter.passed.length, bytes.length);
        assert.deepEqual(meter.usage, expected(3, 4));
        assert.equal(meter.complete, true);
      });
    }

    it('is not complete if it breaks off after a part that was passed on', () => {
      const bytes = encoder.encode(JSON.stringify(answer('x'.repeat(2 * HELD), 3, 4)));
      const meter = feed(protocol, [bytes.subarray(0, HELD + 1000)]);
      assert.equal(meter.contentSeen, true);
      assert.equal(meter.complete, false);
    });
  });
}

describe('any bytes in place of a JSON answer', () => {
  it('are passed on, and nothing is read from them', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), cuts, (bytes, shares) => {
        for (const { protocol } of CASES) {
          const meter = feed(protocol, cutAt(bytes, shares));
          assert.deepEqual(meter.passed, bytes);
          assert.equal(meter.usage, null);
        }
      }),
    ));

  it('may be any JSON', () =>
    fc.assert(
      fc.property(fc.json(), (json) => {
        for (const { protocol } of CASES) {
          const meter = feed(protocol, [encoder.encode(json)]);
          assert.equal(meter.complete, json.trimStart().startsWith('{'));
        }
      }),
    ));
});
