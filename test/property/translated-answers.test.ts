import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { SseSplitter } from '../../server/protocol/sse.ts';
import type { Answer, AnswerEvent, AnswerPart } from '../../server/protocol/translate/answer-event.ts';
import type { AnswerReader } from '../../server/protocol/translate/answer-reader.ts';
import { AnswerSequence } from '../../server/protocol/translate/answer-sequence.ts';
import { AnswerTranslator } from '../../server/protocol/translate/answer-translator.ts';
import type { AnswerWriter } from '../../server/protocol/translate/answer-writer.ts';
import type { DialogueProtocol } from '../../server/protocol/translate/dialogue.ts';
import { ChatAnswerReader } from '../../server/protocol/translate/read-chat-answer.ts';
import { GeminiAnswerReader } from '../../server/protocol/translate/read-gemini-answer.ts';
import { MessagesAnswerReader } from '../../server/protocol/translate/read-messages-answer.ts';
import { ResponsesAnswerReader } from '../../server/protocol/translate/read-responses-answer.ts';
import { ChatAnswerWriter } from '../../server/protocol/translate/write-chat-answer.ts';
import { GeminiAnswerWriter } from '../../server/protocol/translate/write-gemini-answer.ts';
import { MessagesAnswerWriter } from '../../server/protocol/translate/write-messages-answer.ts';
import { ResponsesAnswerWriter } from '../../server/protocol/translate/write-responses-answer.ts';
import { concatBytes } from '../../shared/model/bytes.ts';
import { NO_USAGE } from '../../shared/model/usage.ts';
import { PAIRS } from '../protocol/translated-pairs.ts';
import { cutAt, cuts } from '../support/chunks.ts';

const HEAD = { id: 'a1', createdAt: 1, model: 'm' };
const encoder = new TextEncoder();
const decoder = new TextDecoder();

function writerOf(protocol: DialogueProtocol): AnswerWriter {
  switch (protocol) {
    case 'openai-chat':
      return new ChatAnswerWriter(HEAD, 'asked');
    case 'openai-responses':
      return new ResponsesAnswerWriter(HEAD, []);
    case 'anthropic-messages':
      return new MessagesAnswerWriter(HEAD);
    case 'gemini-generate':
      return new GeminiAnswerWriter(HEAD, 'sse');
  }
}

function readerOf(protocol: DialogueProtocol): AnswerReader {
  const nextId = (): string => assert.fail('every call has an id');
  switch (protocol) {
    case 'openai-chat':
      return new ChatAnswerReader(nextId);
    case 'openai-responses':
      return new ResponsesAnswerReader();
    case 'anthropic-messages':
      return new MessagesAnswerReader();
    case 'gemini-generate':
      return new GeminiAnswerReader(nextId);
  }
}

function sequence(provider: DialogueProtocol): AnswerSequence {
  return new AnswerSequence({ provider, answerTool: null, toolName: (name) => name, callId: (id) => id });
}

const pieces = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), {
  minLength: 1,
  maxLength: 4,
});
const says = (type: 'text' | 'thinking') =>
  pieces.map((texts): readonly AnswerEvent[] => texts.map((text) => ({ type, text })));
const call = fc
  .record({
    name: fc.constantFrom('shell', 'read_file'),
    input: fc.dictionary(fc.constantFrom('a', 'b'), fc.jsonValue({ maxDepth: 2 })),
    cut: fc.nat(),
  })
  .map(({ name, input, cut }) => {
    const text = JSON.stringify(input);
    const at = cut % text.length;
    return { name, pieces: [text.slice(0, at), text.slice(at)] };
  });

/** Answers in the order in which all protocols have them: thinking, text, calls. */
const answers = fc
  .record({
    thinking: fc.option(says('thinking'), { nil: [] }),
    text: fc.option(says('text'), { nil: [] }),
    calls: fc.array(call, { maxLength: 3 }),
    length: fc.boolean(),
  })
  .map(({ thinking, text, calls, length }): readonly AnswerEvent[] => [
    { type: 'started', id: 'x', model: 'the-model' },
    ...thinking,
    ...text,
    ...calls.flatMap(({ name, pieces: args }, index): readonly AnswerEvent[] => [
      { type: 'tool_call', id: `call_${index}`, name },
      ...args.map((of) => ({ type: 'arguments', text: of }) as const),
    ]),
    {
      type: 'usage',
      usage: { ...NO_USAGE, inputTokens: 9, cacheReadTokens: 4, outputTokens: 7, reasoningTokens: 2 },
    },
    { type: 'finished', reason: finishOf(calls.length, length), stopSequence: null },
  ]);

function finishOf(calls: number, length: boolean): 'length' | 'tool_calls' | 'stop' {
  if (length) return 'length';
  return calls > 0 ? 'tool_calls' : 'stop';
}

function written(protocol: DialogueProtocol, events: readonly AnswerEvent[]): Uint8Array {
  const writer = writerOf(protocol);
  const answer = sequence(protocol);
  const texts = events.flatMap((event) => answer.take(event)).map((event) => writer.event(event));
  return encoder.encode(texts.join(''));
}

function folded(protocol: DialogueProtocol, bytes: Uint8Array): Answer {
  const reader = readerOf(protocol);
  const answer = sequence(protocol);
  for (const event of new SseSplitter().push(bytes)) {
    for (const part of reader.event(event)) answer.take(part);
  }
  for (const part of reader.end()) answer.take(part);
  return answer.answer();
}

/** Text and what was called: signatures are the provider's, an empty part is none. */
function meaning({ parts, usage, finish, failure, model }: Answer): unknown {
  const said = parts.flatMap((part: AnswerPart): readonly unknown[] => {
    if (part.type === 'tool_call') return [{ ...part, arguments: JSON.parse(part.arguments) as unknown }];
    return part.text === '' ? [] : [{ type: part.type, text: part.text }];
  });
  return { said, usage, finish, failure, model };
}

for (const [from, to] of PAIRS) {
  describe(`an answer of ${from}, translated to ${to}`, () => {
    for (const stream of [true, false]) {
      it(`means the same, ${stream ? 'streamed' : 'whole'}`, () =>
        fc.assert(
          fc.property(answers, cuts, (events, shares) => {
            const direct = sequence(from);
            for (const event of events) direct.take(event);
            const names = { tools: [], toolNames: new Map<string, string>(), answerTool: null };
            const facts = { model: 'm', stream, streamUsage: true, ...names };
            const translator = new AnswerTranslator({ from, to, facts, requestId: 'req_1', createdAt: 1 });
            const bytes = stream
              ? written(from, events)
              : encoder.encode(JSON.stringify(writerOf(from).whole(direct.answer())));
            const out = cutAt(bytes, shares).flatMap((piece) => translator.push(piece));
            const result = concatBytes([...out, ...translator.finish()]);
            const read = stream ? folded(to, result) : wholeOf(to, result);
            assert.deepEqual(meaning(read), meaning(direct.answer()));
          }),
        ));
    }
  });
}

function wholeOf(protocol: DialogueProtocol, bytes: Uint8Array): Answer {
  const answer = sequence(protocol);
  for (const event of readerOf(protocol).whole(JSON.parse(decoder.decode(bytes)))) answer.take(event);
  return answer.answer();
}
