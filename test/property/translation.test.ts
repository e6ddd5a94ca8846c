import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { JsonObject } from '../../server/protocol/read-json.ts';
import type { Dialogue, DialogueProtocol } from '../../server/protocol/translate/dialogue.ts';
import { readChatRequest } from '../../server/protocol/translate/read-chat-request.ts';
import { readGeminiRequest } from '../../server/protocol/translate/read-gemini-request.ts';
import { readMessagesRequest } from '../../server/protocol/translate/read-messages-request.ts';
import { readResponsesRequest } from '../../server/protocol/translate/read-responses-request.ts';
import { translateRequest } from '../../server/protocol/translate/translate.ts';
import { Warnings } from '../../server/protocol/translate/warnings.ts';
import { writeChatRequest } from '../../server/protocol/translate/write-chat-request.ts';
import { writeGeminiRequest } from '../../server/protocol/translate/write-gemini-request.ts';
import { writeMessagesRequest } from '../../server/protocol/translate/write-messages-request.ts';
import { writeResponsesRequest } from '../../server/protocol/translate/write-responses-request.ts';
import { DIALOGUE_PROTOCOLS, MODELS, PAIRS } from '../protocol/translated-pairs.ts';
import { dialogues } from './dialogues.ts';

const CHAT = { limitMember: 'max_completion_tokens', takesReasoning: false } as const;

function write(protocol: DialogueProtocol, dialogue: Dialogue): JsonObject {
  const warnings = new Warnings(protocol);
  const named = { ...dialogue, model: MODELS[protocol] };
  switch (protocol) {
    case 'openai-chat':
      return writeChatRequest(named, CHAT, warnings);
    case 'openai-responses':
      return writeResponsesRequest(named, warnings);
    case 'anthropic-messages':
      return writeMessagesRequest(named, { maxTokens: 4096 }, warnings);
    case 'gemini-generate':
      return writeGeminiRequest(named, warnings);
  }
}

function read(protocol: DialogueProtocol, body: JsonObject, stream: boolean): Dialogue {
  const warnings = new Warnings(protocol);
  switch (protocol) {
    case 'openai-chat':
      return readChatRequest(body, warnings);
    case 'openai-responses':
      return readResponsesRequest(body, warnings);
    case 'anthropic-messages':
      return readMessagesRequest(body, warnings);
    case 'gemini-generate':
      return readGeminiRequest(body, { model: 'm', stream }, warnings);
  }
}

function translated(
  from: DialogueProtocol,
  to: DialogueProtocol,
  body: unknown,
  stream: boolean,
): JsonObject {
  const path = { model: 'm', stream };
  const result = translateRequest(from, to, body, { model: MODELS[to], defaultMaxTokens: 4096, path });
  assert.ok(result.ok);
  return JSON.parse(new TextDecoder().decode(result.body)) as JsonObject;
}

/** What has to survive: not how texts are cut into parts, nor what stands for signatures that nobody made. */
function meaning(dialogue: Dialogue): unknown {
  const { system, turns, tools, toolChoice, output, maxOutputTokens, sampling, stream } = dialogue;
  return {
    system: system.map(({ text }) => text).join('\n\n'),
    turns: turns.map(({ role, parts }) => ({ role, parts: parts.flatMap(meaningOfPart) })),
    tools: tools.map(({ name, description, parameters }) => ({ name, description, parameters })),
    toolChoice,
    schema: output.type === 'schema' ? output.schema : output.type,
    maxOutputTokens,
    temperature: sampling.temperature,
    stream,
  };
}

function meaningOfPart(part: Dialogue['turns'][number]['parts'][number]): readonly unknown[] {
  switch (part.type) {
    case 'thinking':
      return [];
    case 'image':
      return [{ type: part.type, source: part.source }];
    case 'tool_call':
      return [{ ...part, arguments: JSON.parse(part.arguments) as unknown }];
    default:
      return [part];
  }
}

for (const [from, to] of PAIRS) {
  describe(`a dialogue of ${from}, there and back from ${to}`, () => {
    it('means the same', () =>
      fc.assert(
        fc.property(dialogues, (dialogue) => {
          const { stream } = dialogue;
          const body = write(from, dialogue);
          const there = translated(from, to, body, stream);
          const back = translated(to, from, there, stream);
          assert.deepEqual(meaning(read(from, back, stream)), meaning(read(from, body, stream)));
        }),
      ));

    it('is the same every time, with its warnings', () =>
      fc.assert(
        fc.property(dialogues, (dialogue) => {
          const body = write(from, dialogue);
          const options = { model: MODELS[to], defaultMaxTokens: 4096 };
          const [first, second] = [0, 1].map(() => translateRequest(from, to, body, options));
          assert.deepEqual(first, second);
        }),
        { numRuns: 20 },
      ));
  });
}

describe('any body at all', () => {
  const members =
    'model messages input contents tools system instructions generationConfig tool_choice response_format text ' +
    'thinking reasoning stop role content parts type name function tool_calls functionCall functionResponse ' +
    'source output';
  const hostile = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<unknown>(null, 'user', 'assistant', 'tool', 'message', 'text', 'image', 5, true, ''),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...members.split(' ')), tie('node'), { maxKeys: 5 }),
    ),
  })).node;

  for (const from of DIALOGUE_PROTOCOLS) {
    it(`of ${from} is translated or refused in a sentence`, () =>
      fc.assert(
        fc.property(hostile, fc.constantFrom(...DIALOGUE_PROTOCOLS), (body, to) => {
          const result = translateRequest(
            from,
            to,
            { model: 'm', ...(body as object) },
            {
              model: 'm',
              defaultMaxTokens: 4096,
            },
          );
          if (!result.ok) assert.ok(result.message.length > 10);
        }),
        { numRuns: 500 },
      ));
  }
});
