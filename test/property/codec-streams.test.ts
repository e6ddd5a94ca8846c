import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Meter } from '../../server/core/ports/codec.ts';
import { CODECS } from '../../server/protocol/classify.ts';
import { concatBytes } from '../../shared/model/bytes.ts';
import type { Protocol } from '../../shared/model/trace.ts';
import { NO_USAGE } from '../../shared/model/usage.ts';
import { cutAt, cuts } from '../support/chunks.ts';
import { spaces, writeJson } from '../support/json-text.ts';

const encoder = new TextEncoder();

/** One event: its name where the protocol has one, and its data. */
interface Event {
  readonly name: string;
  readonly data: unknown;
}

interface Stream {
  readonly protocol: Protocol;
  /** The events of an answer whose text comes in these pieces. */
  readonly events: (pieces: readonly string[]) => readonly Event[];
}

const named = (type: string, fields: object): Event => ({ name: type, data: { type, ...fields } });
const plain = (data: unknown): Event => ({ name: '', data });
const choice = (delta: object, finish_reason: string | null = null) => [{ index: 0, delta, finish_reason }];

const STREAMS: readonly Stream[] = [
  {
    protocol: 'openai-chat',
    events: (pieces) => [
      plain({ id: 'c', choices: choice({ role: 'assistant', content: '' }), usage: null }),
      ...pieces.map((content) => plain({ id: 'c', choices: choice({ content }), usage: null })),
      plain({ id: 'c', choices: choice({}, 'stop'), usage: null }),
      plain({ id: 'c', choices: [], usage: { prompt_tokens: 5, completion_tokens: 3 } }),
      plain('[DONE]'),
    ],
  },
  {
    protocol: 'openai-responses',
    events: (pieces) => [
      named('response.created', { response: { status: 'in_progress', usage: null } }),
      ...pieces.map((delta) => named('response.output_text.delta', { delta, logprobs: [] })),
      named('response.completed', {
        response: { status: 'completed', error: null, usage: { input_tokens: 5, output_tokens: 3 } },
      }),
    ],
  },
  {
    protocol: 'anthropic-messages',
    events: (pieces) => [
      named('message_start', { message: { usage: { input_tokens: 5, output_tokens: 1 } } }),
      named('ping', {}),
      ...pieces.map((text) =>
        named('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
      ),
      named('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 3 } }),
      named('message_stop', {}),
    ],
  },
  {
    protocol: 'openai-completions',
    events: (pieces) => [
      ...pieces.map((text) => plain({ choices: [{ text, index: 0, finish_reason: null }], usage: null })),
      plain({ choices: [{ text: '', index: 0, finish_reason: 'stop' }], usage: null }),
      plain({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 3 } }),
      plain('[DONE]'),
    ],
  },
];

const GEMINI: Stream = {
  protocol: 'gemini-generate',
  events: (pieces) => [
    ...pieces.map((text) =>
      plain({ candidates: [{ content: { parts: [{ text }], role: 'model' }, index: 0 }] }),
    ),
    plain({
      candidates: [{ content: { parts: [{ text: '' }], role: 'model' }, finishReason: 'STOP', index: 0 }],
      usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 3, totalTokenCount: 8 },
    }),
  ],
};

/** Pieces of text without escapes, so that as many bytes are counted as there are. */
const pieces = fc.array(fc.constantFrom('a', ' word', 'ä', '日本', '🦊', '}{', "'"), { maxLength: 8 });

function write(events: readonly Event[], space: string): Uint8Array {
  const inLine = space.includes('\n') ? ' ' : space;
  const texts = events.map(({ name, data }) => {
    const written = data === '[DONE]' ? data : writeJson(data, { space: inLine, escapeEvery: 0 });
    return `${name === '' ? '' : `event: ${name}\n`}data: ${written}\n\n`;
  });
  return encoder.encode(texts.join(''));
}

function feed(
  protocol: Protocol,
  chunks: readonly Uint8Array[],
  stripUsageChunk = false,
): { readonly meter: Meter; readonly passed: Uint8Array } {
  const meter = CODECS[protocol].meter({ stream: true, stripUsageChunk, answers: 1 });
  const out = chunks.flatMap((chunk) => meter.push(chunk));
  return { meter, passed: concatBytes([...out, ...meter.finish()]) };
}

for (const { protocol, events } of [...STREAMS, GEMINI]) {
  describe(`a stream of ${protocol}`, () => {
    it('is read alike, however its JSON is written and its bytes are cut', () =>
      fc.assert(
        fc.property(pieces, spaces, cuts, (text, space, shares) => {
          const bytes = write(events(text), space);
          const { meter, passed } = feed(protocol, cutAt(bytes, shares));
          assert.deepEqual(passed, bytes);
          assert.deepEqual(meter.usage, { ...NO_USAGE, inputTokens: 5, outputTokens: 3 });
          assert.equal(meter.complete, true);
          assert.equal(meter.error, null);
          assert.equal(meter.contentSeen, true);
          assert.equal(meter.outputBytes, encoder.encode(text.join('')).length);
        }),
      ));

    it('is complete only if its end came', () =>
      fc.assert(
        fc.property(pieces, spaces, cuts, fc.double({ min: 0, max: 1, noNaN: true }), (...given) => {
          const [text, space, shares, share] = given;
          const bytes = write(events(text), space);
          const { meter, passed } = feed(protocol, cutAt(bytes.subarray(0, share * bytes.length), shares));
          assert.deepEqual(passed, bytes.subarray(0, share * bytes.length));
          if (meter.complete) {
            const ends = new TextDecoder().decode(passed);
            assert.match(ends, /"stop"|\[DONE\]|message_stop|response\.completed|finishReason/);
          }
        }),
      ));

    it('never throws, whatever its events hold', () =>
      fc.assert(
        fc.property(fc.array(hostileEvent(protocol), { maxLength: 6 }), cuts, (hostile, shares) => {
          const bytes = write(hostile, '');
          const { passed } = feed(protocol, cutAt(bytes, shares));
          assert.deepEqual(passed, bytes);
        }),
        { numRuns: 500 },
      ));

    it('never throws on any bytes, and passes them on', () =>
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), cuts, (bytes, shares) => {
          assert.deepEqual(feed(protocol, cutAt(bytes, shares)).passed, bytes);
        }),
      ));
  });
}

/** Events of the protocol's names, with anything where a field is expected. */
function hostileEvent(protocol: Protocol): fc.Arbitrary<Event> {
  const names = {
    'openai-chat': [''],
    'openai-completions': [''],
    'gemini-generate': [''],
    'openai-responses': ['response.completed', 'response.failed', 'error', 'response.x.delta', 'x.done', ''],
    'anthropic-messages': ['message_start', 'message_delta', 'content_block_delta', 'error', 'message_stop'],
  } as Partial<Record<Protocol, string[]>>;
  const value = fc.jsonValue({ maxDepth: 2 });
  const fields =
    'type choices usage error message response delta content candidates parts promptFeedback usageMetadata';
  const data = fc.oneof(
    fc.dictionary(
      fc.constantFrom(...fields.split(' ')),
      fc.oneof(value, fc.array(value), fc.object({ maxDepth: 1 })),
    ),
    value,
  );
  return fc.record({ name: fc.constantFrom(...(names[protocol] ?? [])), data });
}

describe('the usage chunk that the caller did not ask for', () => {
  const stream = STREAMS.find((entry) => entry.protocol === 'openai-chat');
  assert.ok(stream);

  it('is the only event that is missing', () =>
    fc.assert(
      fc.property(pieces, spaces, cuts, (text, space, shares) => {
        const all = stream.events(text);
        const wanted = all.filter(({ data }) => !JSON.stringify(data).includes('prompt_tokens'));
        assert.equal(wanted.length, all.length - 1);
        const { meter, passed } = feed('openai-chat', cutAt(write(all, space), shares), true);
        assert.deepEqual(passed, write(wanted, space));
        assert.equal(meter.usage?.inputTokens, 5);
      }),
    ));

  it('stays where it carries content or an error', () => {
    const usage = { prompt_tokens: 5, completion_tokens: 3 };
    for (const data of [
      { choices: choice({ content: 'x' }), usage },
      { choices: choice({}, 'stop'), usage },
      { choices: [], usage: null },
    ]) {
      const bytes = write([plain(data)], '');
      assert.deepEqual(feed('openai-chat', [bytes], true).passed, bytes);
    }
  });
});

describe('a stream of gemini-generate that is one JSON array', () => {
  it('is read like one of events, however it is written and cut', () =>
    fc.assert(
      fc.property(pieces, spaces, cuts, (text, space, shares) => {
        const elements = GEMINI.events(text).map(({ data }) => writeJson(data, { space, escapeEvery: 0 }));
        const bytes = encoder.encode(`[${elements.join(`${space},\r\n`)}\n]`);
        const { meter, passed } = feed('gemini-generate', cutAt(bytes, shares));
        assert.deepEqual(passed, bytes);
        assert.deepEqual(meter.usage, { ...NO_USAGE, inputTokens: 5, outputTokens: 3 });
        assert.equal(meter.complete, true);
        assert.equal(meter.error, null);
        assert.equal(meter.outputBytes, encoder.encode(text.join('')).length);
      }),
    ));

  it('is not complete without its end, and shows its error', () => {
    const error = { error: { code: 429, message: 'Quota exceeded.', status: 'RESOURCE_EXHAUSTED' } };
    const { meter } = feed('gemini-generate', [encoder.encode(`[${JSON.stringify(error)}]`)]);
    assert.deepEqual(meter.error, { message: 'Quota exceeded.', type: '429' });
    assert.equal(meter.complete, false);
    assert.equal(meter.contentSeen, false);
  });

  it('passes on what is no such array, in bounded memory', () => {
    const meter = CODECS['gemini-generate'].meter({ stream: true, stripUsageChunk: false, answers: 1 });
    const piece = encoder.encode(`[{"a":"${'x'.repeat(1024 * 1024)}`);
    let passed = 0;
    for (let count = 0; count < 20; count++) for (const out of meter.push(piece)) passed += out.length;
    assert.equal(passed, 20 * piece.length);
    assert.ok(meter.contentSeen);
    assert.equal(meter.complete, false);
  });
});
