import assert from 'node:assert/strict';
import { AnswerTranslator } from '../../../../server/protocol/translate/answer-translator.ts';
import type { DialogueProtocol } from '../../../../server/protocol/translate/dialogue.ts';
import { answered, chatStream, MESSAGES_MODEL, translated } from './translated.ts';

const user = { role: 'user', content: 'Hi' };
const messages = [user];

interface InputDelta {
  readonly index: number;
  readonly delta: { readonly partial_json: string };
}

/** The same question of each caller. */
const QUESTIONS: Readonly<Record<DialogueProtocol, object>> = {
  'openai-chat': { messages, stream: true },
  'openai-responses': { input: 'Hi', stream: true },
  'anthropic-messages': { messages, stream: true },
  'gemini-generate': { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] },
};

function ask(from: DialogueProtocol, to: DialogueProtocol, more: object = {}) {
  const path = { model: 'm', stream: true };
  return translated(from, to, { ...QUESTIONS[from], ...more }, { model: MESSAGES_MODEL, path });
}

function functions(...names: readonly string[]): object {
  return { tools: names.map((name) => ({ name, input_schema: { type: 'object', properties: {} } })) };
}

function call(index: number, id: string | null, name: string | null, args: string): object {
  return { tool_calls: [{ index, ...(id === null ? {} : { id }), function: { name, arguments: args } }] };
}

describe("a provider's error inside a stream", () => {
  const errors: readonly (readonly [DialogueProtocol, string])[] = [
    ['openai-chat', 'data: {"error":{"message":"Busy.","type":"server_error","code":503}}\n\n'],
    [
      'openai-responses',
      'event: error\ndata: {"type":"error","code":"server_is_overloaded","message":"Busy.","param":null}\n\n',
    ],
    [
      'anthropic-messages',
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Busy."}}\n\n',
    ],
    ['gemini-generate', 'data: {"error":{"code":503,"message":"Busy.","status":"UNAVAILABLE"}}\r\n\r\n'],
  ];
  const dialects: Readonly<Record<DialogueProtocol, RegExp>> = {
    'openai-chat':
      /data: \{"error":\{"message":"Busy\.","type":"server_error","code":"server_is_overloaded".*\n\n$/,
    'openai-responses':
      /event: response\.failed\n.*"error":\{"code":"server_is_overloaded","message":"Busy\."\}.*\n\n$/,
    'anthropic-messages':
      /event: error\ndata: \{"type":"error","error":\{"type":"overloaded_error","message":"Busy\."\}\}\n\n$/,
    'gemini-generate': /data: \{"error":\{"code":503,"message":"Busy\.","status":"UNAVAILABLE"\}\}\r\n\r\n$/,
  };
  for (const [provider, bytes] of errors) {
    for (const [name, dialect] of Object.entries(dialects)) {
      const caller = name as DialogueProtocol;
      if (caller === provider) continue;
      it(`of ${provider} is one of ${caller}, and the last of it`, () => {
        const after = `${bytes}${chatStream([{ content: 'more' }])}`;
        const { text, failure } = answered(ask(caller, provider), provider, caller, after);
        assert.match(text, dialect);
        assert.deepEqual(failure, { kind: 'overloaded', message: 'Busy.' });
        assert.doesNotMatch(text, /more|\[DONE\]|message_stop|completed/);
      });
    }
  }
});

describe('a tool call', () => {
  const asked = (names: readonly string[]) => ask('anthropic-messages', 'openai-chat', functions(...names));
  const blocks = (text: string): readonly string[] =>
    [...text.matchAll(/"content_block":\{"type":"tool_use","id":"([^"]*)","name":"([^"]*)"/g)].map(
      ([, id, name]) => `${id} ${name}`,
    );

  it('has its long name back', () => {
    const name = `mcp__${'n'.repeat(80)}`;
    const request = asked([name]);
    const [tool] = request.json['tools'] as [{ function: { name: string } }];
    assert.equal(tool.function.name.length, 64);
    const { text } = answered(
      request,
      'openai-chat',
      'anthropic-messages',
      chatStream([call(0, 'a', tool.function.name, '{}')]),
    );
    assert.deepEqual(blocks(text), [`a ${name}`]);
  });

  it('has an id that the caller can send to its own provider', () => {
    const stream = chatStream([call(0, 'functions.get:0', 'get', '{}')]);
    const { text } = answered(asked(['get']), 'openai-chat', 'anthropic-messages', stream);
    assert.match(blocks(text)[0] ?? '', /^functions_get_0_[0-9a-f]{8} get$/);
  });

  it('is told from the next by its id where all have one index', () => {
    const stream = chatStream([call(0, 'a', 'f', '{"n":1}'), call(0, 'b', 'f', '{"n":2}')]);
    const { text } = answered(asked(['f']), 'openai-chat', 'anthropic-messages', stream);
    assert.deepEqual(blocks(text), ['a f', 'b f']);
  });

  it('has an id even if the provider gave none', () => {
    const stream = chatStream([call(0, null, 'f', '{}'), call(1, null, 'f', '{}')]);
    const { text } = answered(asked(['f']), 'openai-chat', 'anthropic-messages', stream);
    assert.deepEqual(blocks(text), ['call_10 f', 'call_11 f']);
  });

  it('that is received side by side with another comes whole, one after the other', () => {
    const stream = chatStream([
      call(0, 'a', 'f', '{'),
      call(1, 'b', 'g', '{"x"'),
      call(0, null, null, '"y":"}"'),
      call(1, null, null, ':1}'),
      call(0, null, null, '}'),
    ]);
    const { text } = answered(asked(['f', 'g']), 'openai-chat', 'anthropic-messages', stream);
    assert.deepEqual(blocks(text), ['a f', 'b g']);
    const events = text
      .split('\n')
      .filter((line) => line.includes('"input_json_delta"'))
      .map((line) => JSON.parse(line.slice('data: '.length)) as InputDelta);
    const of = (asked: number): unknown => {
      const pieces = events.filter(({ index }) => index === asked);
      return JSON.parse(pieces.map(({ delta }) => delta.partial_json).join(''));
    };
    assert.deepEqual([of(0), of(1)], [{ y: '}' }, { x: 1 }]);
  });

  it('that gets more arguments after it was whole is an error, not other arguments', () => {
    const stream = chatStream([call(0, 'a', 'f', '{}'), call(1, 'b', 'f', '{'), call(0, null, null, '}')]);
    const { failure } = answered(asked(['f']), 'openai-chat', 'anthropic-messages', stream);
    assert.match(failure?.message ?? '', /added to the arguments/);
  });

  it('of a freeform tool of Codex is text again', () => {
    const tools = [
      { type: 'custom', name: 'apply_patch', description: 'Edits.' },
      { type: 'namespace', name: 'docs', tools: [{ type: 'function', name: 'find', parameters: {} }] },
    ];
    const request = ask('openai-responses', 'openai-chat', { tools });
    const stream = chatStream([
      call(0, 'a', 'apply_patch', '{"input":"*** Begin'),
      call(0, null, null, ' Patch"}'),
      call(1, 'b', 'docs__find', '{}'),
    ]);
    const { text } = answered(request, 'openai-chat', 'openai-responses', stream);
    assert.match(text, /"type":"custom_tool_call","id":"ctc_1_0","call_id":"a","name":"apply_patch"/);
    assert.match(text, /"type":"response\.custom_tool_call_input\.done".*"input":"\*\*\* Begin Patch"/);
    assert.doesNotMatch(text, /function_call_arguments\.delta.*ctc_1_0/);
    assert.match(text, /"call_id":"b","name":"find","namespace":"docs"/);
  });

  it('that stands for a schema is the text that was asked for', () => {
    const format = { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } };
    const request = ask('openai-chat', 'anthropic-messages', { stream: false, response_format: format });
    const answer = {
      content: [{ type: 'tool_use', id: 't', name: 'final_answer', input: { a: 1 } }],
      stop_reason: 'tool_use',
    };
    const { text } = answered(request, 'anthropic-messages', 'openai-chat', JSON.stringify(answer));
    assert.match(text, /"content":"\{\\"a\\":1\}".*"finish_reason":"stop"/);
  });
});

describe('thinking', () => {
  it('of Gemini comes back to Gemini, signed, and goes to nobody else', () => {
    const request = ask('anthropic-messages', 'gemini-generate', functions('f'));
    const part = { functionCall: { name: 'f', args: {} }, thoughtSignature: 'c2ln' };
    const stream = `data: ${JSON.stringify({ candidates: [{ content: { parts: [part] }, finishReason: 'STOP' }] })}\r\n\r\n`;
    const { text } = answered(request, 'gemini-generate', 'anthropic-messages', stream);
    const signature = /"signature":"([^"]+)"/.exec(text)?.[1];
    const id = /"id":"(call_[^"]+)"/.exec(text)?.[1];
    assert.ok(signature !== undefined && id !== undefined);
    const history = {
      messages: [
        user,
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: '', signature },
            { type: 'tool_use', id, name: 'f', input: {} },
          ],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'done' }] },
      ],
    };
    const back = ask('anthropic-messages', 'gemini-generate', history);
    assert.match(JSON.stringify(back.json['contents']), /"thoughtSignature":"c2ln"/);
    const elsewhere = ask('anthropic-messages', 'openai-responses', history);
    assert.doesNotMatch(JSON.stringify(elsewhere.json), /reasoning"|c2ln/);
    assert.match(elsewhere.warnings.join(), /did not encrypt/);
  });

  it('that a server of Chat Completions wants back is given back', () => {
    const stream = chatStream([{ reasoning_content: 'Hm.' }, { content: 'Yes.' }]);
    const request = ask('anthropic-messages', 'openai-chat');
    const { text } = answered(request, 'openai-chat', 'anthropic-messages', stream);
    const signature = /"signature":"([^"]+)"/.exec(text)?.[1];
    const history = {
      messages: [
        user,
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm.', signature },
            { type: 'text', text: 'Yes.' },
          ],
        },
        user,
      ],
    };
    const chat = { takesReasoning: true };
    const { json } = translated('anthropic-messages', 'openai-chat', history, { chat });
    assert.match(JSON.stringify(json['messages']), /"reasoning_content":"Hm\."/);
  });
});

describe('a stream of Gemini that is not asked for as events', () => {
  it('is one JSON array, and stays one if it fails', () => {
    const { facts } = ask('gemini-generate', 'openai-chat');
    for (const finish of ['stop', null]) {
      const translator = new AnswerTranslator({
        from: 'openai-chat',
        to: 'gemini-generate',
        facts,
        requestId: 'req_1',
        createdAt: 1,
        geminiStream: 'json-array',
      });
      const bytes = new TextEncoder().encode(chatStream([{ content: 'a' }, { content: 'b' }], finish));
      const pieces = [...translator.push(bytes), ...translator.finish()];
      const array = JSON.parse(pieces.map((piece) => new TextDecoder().decode(piece)).join('')) as object[];
      assert.equal(array.length, 3);
      assert.equal('error' in (array[2] ?? {}), finish === null);
    }
  });
});

describe('usage that was not asked for', () => {
  it('is not in a stream of Chat Completions', () => {
    const start =
      'event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":5}}}\n\n';
    const end =
      'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n';
    const plain = answered(
      ask('openai-chat', 'anthropic-messages'),
      'anthropic-messages',
      'openai-chat',
      start + end,
    );
    assert.doesNotMatch(plain.text, /usage/);
    const asked = ask('openai-chat', 'anthropic-messages', { stream_options: { include_usage: true } });
    const counted = answered(asked, 'anthropic-messages', 'openai-chat', start + end);
    assert.match(counted.text, /"choices":\[\],"usage":\{"prompt_tokens":5,"completion_tokens":2/);
  });
});
