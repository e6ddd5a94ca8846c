import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createParser } from 'eventsource-parser';
import * as fc from 'fast-check';
import { SseSplitter } from '../../server/protocol/sse.ts';
import { AnswerTranslator } from '../../server/protocol/translate/answer-translator.ts';
import type { DialogueProtocol } from '../../server/protocol/translate/dialogue.ts';
import { concatBytes } from '../../shared/model/bytes.ts';
import { casesOf, DIALOGUE_PROTOCOLS, GOLDEN, PAIRS } from '../protocol/translated-pairs.ts';
import { cutAt, cutEvery, cuts } from '../support/chunks.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function open(from: DialogueProtocol, to: DialogueProtocol): AnswerTranslator {
  const names = { tools: [], toolNames: new Map<string, string>(), answerTool: null };
  const facts = { model: 'm', stream: true, streamUsage: true, ...names };
  return new AnswerTranslator({ from, to, facts, requestId: 'req_1', createdAt: 1 });
}

function translate(translator: AnswerTranslator, pieces: readonly Uint8Array[]): Uint8Array {
  const out = pieces.flatMap((piece) => translator.push(piece));
  return concatBytes([...out, ...translator.finish()]);
}

/** What is said: without the signs of life, which follow the provider's own. */
function said(bytes: Uint8Array): string {
  return decoder
    .decode(bytes)
    .replaceAll(': keep-alive\n\n', '')
    .replaceAll('event: ping\ndata: {"type":"ping"}\n\n', '');
}

function recorded(protocol: DialogueProtocol, name: string): string {
  return readFileSync(path.join(GOLDEN, 'answers', protocol, `${name}.sse`), 'utf8');
}

const recordings = (protocol: DialogueProtocol): fc.Arbitrary<string> =>
  fc.constantFrom(...casesOf('answers', protocol)).map((name) => recorded(protocol, name));

/** How else the same events may be written: other line ends, comments, fields that mean nothing here. */
const styles = fc.record({
  end: fc.constantFrom('\n', '\r\n', '\r'),
  before: fc.array(fc.constantFrom(': comment', ':', 'id: 7', 'retry: 100', 'other: x'), { maxLength: 2 }),
  comments: fc.array(fc.nat(), { maxLength: 4 }),
});

function restyle(
  text: string,
  style: { end: string; before: readonly string[]; comments: readonly number[] },
): string {
  const events = text.split(/\r?\n\r?\n/).filter((event) => event !== '');
  const written = events.map((event) => [...style.before, ...event.split(/\r?\n/)].join(style.end));
  for (const at of style.comments) written.splice(at % (written.length + 1), 0, ': alive');
  return written.map((event) => event + style.end + style.end).join('');
}

describe('a translated stream', () => {
  for (const [from, to] of PAIRS) {
    it(`says the same however ${from} writes and cuts it, to ${to}`, () =>
      fc.assert(
        fc.property(recordings(from), styles, cuts, (text, style, shares) => {
          const plain = said(translate(open(from, to), [encoder.encode(text)]));
          const pieces = cutAt(encoder.encode(restyle(text, style)), shares);
          assert.equal(said(translate(open(from, to), pieces)), plain);
        }),
        { numRuns: 40 },
      ));

    it(`says the same of ${from} with lines of megabytes in it, to ${to}`, () => {
      const text = recorded(from, casesOf('answers', from)[0] ?? '');
      const events = text.split(/\r?\n\r?\n/).filter((event) => event !== '');
      const long = 'x'.repeat(3 * 1024 * 1024);
      const stuffed = events
        .map((event) => `: ${long}\nother: ${long}\n${event}\n\n`)
        .slice(0, 2)
        .concat(events.slice(2).map((event) => `${event}\n\n`));
      const bytes = encoder.encode(stuffed.join(''));
      const plain = said(translate(open(from, to), [encoder.encode(text)]));
      assert.equal(said(translate(open(from, to), cutEvery(bytes, 64 * 1024))), plain);
    });

    it(`of ${from} that breaks off anywhere never looks whole to ${to}`, () =>
      fc.assert(
        fc.property(
          recordings(from),
          fc.double({ min: 0, max: 0.85, noNaN: true }),
          cuts,
          (text, share, shares) => {
            const bytes = encoder.encode(text);
            const translator = open(from, to);
            const out = said(translate(translator, cutAt(bytes.subarray(0, share * bytes.length), shares)));
            if (translator.failure) assert.match(out, /broke off/);
            else assert.match(decoder.decode(bytes.subarray(0, share * bytes.length)), LAST[from]);
            assert.equal(ENDS[to].test(out), !translator.failure);
          },
        ),
        { numRuns: 40 },
      ));

    it(`never throws on any bytes of ${from}, and ends in an error for ${to}`, () =>
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), cuts, (bytes, shares) => {
          const translator = open(from, to);
          assert.match(said(translate(translator, cutAt(bytes, shares))), /broke off/);
        }),
        { numRuns: 40 },
      ));
  }
});

/** By what a provider's stream is known to have said all. */
const LAST: Readonly<Record<DialogueProtocol, RegExp>> = {
  'openai-chat': /"finish_reason":"/,
  'openai-responses': /response\.(completed|incomplete)/,
  'anthropic-messages': /message_stop/,
  'gemini-generate': /"finishReason"/,
};

/** How a whole stream ends for a caller. */
const ENDS: Readonly<Record<DialogueProtocol, RegExp>> = {
  'openai-chat': /data: \[DONE\]\n\n$/,
  'openai-responses': /event: response\.(completed|incomplete)\n.*\n\n$/,
  'anthropic-messages': /event: message_stop\n.*\n\n$/,
  'gemini-generate': /"finishReason":"[A-Z_]+".*\r\n\r\n$/,
};

describe('events that hold anything', () => {
  const fields =
    'type id model choices index delta content tool_calls function name arguments finish_reason usage error code ' +
    'message response item output status content_block text thinking signature partial_json candidates parts ' +
    'functionCall args finishReason usageMetadata promptFeedback';
  const types =
    'response.created response.output_item.added response.output_text.delta response.output_item.done ' +
    'response.completed response.failed error message_start content_block_start content_block_delta ' +
    'content_block_stop message_delta message_stop reasoning function_call tool_use text thinking text_delta';
  const hostile = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<unknown>(null, 0, 1, -5, true, '', 'x', ...types.split(' ')),
      fc.array(tie('node'), { maxLength: 2 }),
      fc.dictionary(fc.constantFrom(...fields.split(' ')), tie('node'), { maxKeys: 6 }),
    ),
  })).node;
  const event = fc.tuple(fc.constantFrom('', ...types.split(' ')), hostile);

  for (const [from, to] of PAIRS) {
    it(`never break a translation of ${from} to ${to}`, () =>
      fc.assert(
        fc.property(fc.array(event, { maxLength: 6 }), (events) => {
          const text = events
            .map(([type, data]) => `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`)
            .join('');
          const translator = open(from, to);
          const out = said(translate(translator, [encoder.encode(text)]));
          assert.equal(ENDS[to].test(out), !translator.failure);
        }),
        { numRuns: 200 },
      ));
  }
});

describe('server-sent events', () => {
  for (const protocol of DIALOGUE_PROTOCOLS) {
    it(`of ${protocol} are those that eventsource-parser finds`, () =>
      fc.assert(
        fc.property(recordings(protocol), styles, cuts, (text, style, shares) => {
          const bytes = encoder.encode(restyle(text, style));
          const wanted: { type: string; data: string }[] = [];
          const parser = createParser({
            onEvent: ({ event = '', data }) => wanted.push({ type: event, data }),
          });
          parser.feed(decoder.decode(bytes));
          const splitter = new SseSplitter();
          const found = cutAt(bytes, shares).flatMap((piece) => splitter.push(piece));
          const events = found.filter(({ data }) => data !== '').map(({ type, data }) => ({ type, data }));
          assert.deepEqual(events, wanted);
        }),
      ));
  }
});

describe('a huge event', () => {
  it('of ten megabytes arrives whole', () => {
    const content = 'ä'.repeat(5 * 1024 * 1024);
    const chunk = { id: 'c', choices: [{ index: 0, delta: { content }, finish_reason: 'stop' }] };
    const bytes = encoder.encode(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
    const pieces = cutAt(bytes, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]);
    const out = decoder.decode(translate(open('openai-chat', 'anthropic-messages'), pieces));
    assert.ok(out.includes(content));
    assert.match(out, ENDS['anthropic-messages']);
  });

  it('without an end takes no more memory than an event may have, and is an error', () => {
    const translator = open('openai-chat', 'anthropic-messages');
    const piece = new Uint8Array(1024 * 1024).fill(0x78);
    const before = process.memoryUsage().arrayBuffers;
    for (let count = 0; count < 200; count++) assert.deepEqual(translator.push(piece.slice()), []);
    assert.ok(process.memoryUsage().arrayBuffers - before < 100 * 1024 * 1024);
    assert.match(decoder.decode(concatBytes([...translator.finish()])), /^event: error\n.*broke off/);
  });
});
