import assert from 'node:assert/strict';
import { largestOutput } from '../../../../server/protocol/translate/largest-output.ts';
import type { DialogueProtocol } from '../../../../server/protocol/translate/dialogue.ts';
import { isTranslatable, translateRequest } from '../../../../server/protocol/translate/translate.ts';
import { MESSAGES_MODEL, refusal, type Translated, translated } from './translated.ts';

const user = { role: 'user', content: 'Hi' };

describe('a request is refused, since its meaning would be lost,', () => {
  const cases: readonly (readonly [string, DialogueProtocol, DialogueProtocol, object, RegExp])[] = [
    ['for several answers', 'openai-chat', 'anthropic-messages', { n: 2, messages: [user] }, /"n"/],
    [
      'for a file id',
      'openai-chat',
      'gemini-generate',
      { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'f' } }] }] },
      /file id/,
    ],
    [
      'for audio',
      'openai-chat',
      'anthropic-messages',
      { messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: {} }] }] },
      /Audio/,
    ],
    [
      'for a stored response',
      'openai-responses',
      'anthropic-messages',
      { input: 'Hi', previous_response_id: 'resp_1' },
      /previous_response_id/,
    ],
    [
      'for the background',
      'openai-responses',
      'openai-chat',
      { input: 'Hi', background: true },
      /background/,
    ],
    [
      'for a reference to an item',
      'openai-responses',
      'openai-chat',
      { input: [{ type: 'item_reference', id: 'x' }] },
      /item reference/,
    ],
    [
      "for one of Anthropic's files",
      'anthropic-messages',
      'openai-chat',
      { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'file', file_id: 'f' } }] }] },
      /file id/,
    ],
    [
      'for a container',
      'anthropic-messages',
      'openai-chat',
      { container: 'c', messages: [user] },
      /container/,
    ],
    [
      'for cached content',
      'gemini-generate',
      'openai-chat',
      { cachedContent: 'cachedContents/1' },
      /cachedContent/,
    ],
    [
      "for one of Google's files",
      'gemini-generate',
      'openai-chat',
      {
        contents: [
          {
            role: 'user',
            parts: [
              {
                fileData: {
                  mimeType: 'application/pdf',
                  fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/x',
                },
              },
            ],
          },
        ],
      },
      /file of Google/,
    ],
    [
      'for a file by its address, which Chat Completions does not take',
      'anthropic-messages',
      'openai-chat',
      {
        messages: [
          { role: 'user', content: [{ type: 'document', source: { type: 'url', url: 'https://a/b.pdf' } }] },
        ],
      },
      /by their bytes/,
    ],
  ];
  for (const [name, from, to, body, message] of cases) {
    it(name, () => assert.match(refusal(from, to, body), message));
  }

  it('between protocols that are no dialogues', () => {
    const result = translateRequest(
      'openai-embeddings',
      'gemini-embed',
      {},
      { model: 'm', defaultMaxTokens: 1 },
    );
    assert.ok(!result.ok);
    assert.equal(isTranslatable('openai-embeddings', 'openai-chat'), false);
    assert.equal(isTranslatable('openai-chat', 'openai-chat'), false);
    assert.equal(isTranslatable('openai-chat', 'gemini-generate'), true);
  });
});

describe('a request to Anthropic', () => {
  const toMessages = (body: object, model = MESSAGES_MODEL) =>
    translated('openai-chat', 'anthropic-messages', { messages: [user], ...body }, { model });

  it('has a limit, even if the caller set none', () => {
    assert.equal(toMessages({}).json['max_tokens'], 8192);
    assert.equal(toMessages({ max_tokens: 5 }).json['max_tokens'], 5);
  });

  it('has turns that alternate, results of tools first', () => {
    const { json } = toMessages({
      messages: [
        user,
        user,
        {
          role: 'assistant',
          content: '',
          tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{}' } }],
        },
        { role: 'system', content: 'Careful.' },
        { role: 'tool', tool_call_id: 'a', content: '1' },
        user,
      ],
    });
    assert.deepEqual(json['messages'], [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Hi' },
          { type: 'text', text: 'Hi' },
        ],
      },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }] },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: '1' }] },
          { type: 'text', text: 'Careful.' },
          { type: 'text', text: 'Hi' },
        ],
      },
    ]);
  });

  it('thinks by a budget on older models, by an effort on newer ones, and not at all on the oldest', () => {
    const body = { reasoning_effort: 'high', max_tokens: 64_000 };
    assert.deepEqual(toMessages(body).json['thinking'], { type: 'enabled', budget_tokens: 24_576 });
    const newer = toMessages(body, 'claude-opus-4-8').json;
    assert.deepEqual(newer['thinking'], { type: 'adaptive', display: 'summarized' });
    assert.deepEqual(newer['output_config'], { effort: 'high' });
    const oldest = toMessages(body, 'claude-3-5-haiku-latest');
    assert.equal(oldest.json['thinking'], undefined);
    assert.match(oldest.warnings.join(), /does not think/);
  });

  it('leaves half of the limit to the answer, and does not think where nothing is left', () => {
    const thinking = (max_tokens: number) => toMessages({ reasoning_effort: 'high', max_tokens });
    assert.deepEqual(thinking(4096).json['thinking'], { type: 'enabled', budget_tokens: 2048 });
    assert.equal(thinking(1500).json['thinking'], undefined);
    assert.match(thinking(1500).warnings.join(), /no room for thinking/);
  });

  it('has no sampling that the model refuses', () => {
    const newer = toMessages({ temperature: 0.2, top_p: 0.5 }, 'claude-opus-4-8');
    assert.equal(newer.json['temperature'], undefined);
    assert.equal(newer.json['top_p'], undefined);
    assert.equal(newer.warnings.length, 2);
    const older = toMessages({ temperature: 1.7 });
    assert.equal(older.json['temperature'], 1);
  });

  it('asks for an open schema by a tool that has to be called', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } } };
    const format = { type: 'json_schema', json_schema: { name: 'x', schema } };
    const { json, warnings, facts } = toMessages({ response_format: format });
    assert.deepEqual(json['tool_choice'], { type: 'tool', name: 'final_answer' });
    assert.equal(facts.answerTool, 'final_answer');
    assert.match(warnings.join(), /final_answer/);
  });

  it('asks for JSON without a schema in words', () => {
    const { json, warnings } = toMessages({ response_format: { type: 'json_object' } });
    assert.match(JSON.stringify(json['system']), /one JSON object/);
    assert.match(warnings.join(), /no JSON mode/);
  });

  it('has the caller say where the cache ends, if it says so at all', () => {
    const tools = [{ type: 'function', function: { name: 'f' } }];
    assert.deepEqual(toMessages({ tools }).json['cache_control'], { type: 'ephemeral' });
    assert.equal(toMessages({}).json['cache_control'], undefined);
    const content = [{ type: 'text', text: 'Hi', cache_control: { type: 'ephemeral' } }];
    const marked = toMessages({ tools, messages: [{ role: 'user', content }] }).json;
    assert.equal(marked['cache_control'], undefined);
    assert.match(JSON.stringify(marked['messages']), /"cache_control":\{"type":"ephemeral","ttl":"5m"\}/);
  });
});

describe('a request from Claude Code', () => {
  it('loses the line that is meant for Anthropic alone', () => {
    const system = [
      { type: 'text', text: 'x-anthropic-billing-header: cc_version=2' },
      { type: 'text', text: 'You are an agent.' },
    ];
    const { json } = translated('anthropic-messages', 'openai-chat', {
      system,
      messages: [user],
      max_tokens: 9,
    });
    assert.deepEqual(json['messages'], [
      { role: 'system', content: 'You are an agent.' },
      { role: 'user', content: 'Hi' },
    ]);
  });

  it('asks OpenAI for an effort that its model has', () => {
    const effort = (model: string, thinking: object) =>
      translated('anthropic-messages', 'openai-chat', { thinking, messages: [user] }, { model }).json[
        'reasoning_effort'
      ];
    const off = { type: 'disabled' };
    assert.equal(effort('gpt-4o', off), undefined);
    assert.equal(effort('gpt-5-mini', off), 'minimal');
    assert.equal(effort('gpt-5.1', off), 'none');
    assert.equal(effort('o4-mini', off), 'low');
    assert.equal(effort('gpt-5', { type: 'enabled', budget_tokens: 31_999 }), 'high');
    assert.equal(effort('gpt-4o', { type: 'enabled', budget_tokens: 31_999 }), undefined);
  });

  it('says max_tokens to servers that know no other name', () => {
    const { json } = translated(
      'anthropic-messages',
      'openai-chat',
      { messages: [user], max_tokens: 9 },
      {
        chat: { limitMember: 'max_tokens' },
      },
    );
    assert.equal(json['max_tokens'], 9);
    assert.equal(json['max_completion_tokens'], undefined);
  });
});

describe('instructions in the middle', () => {
  it('never come between a call and its result', () => {
    const { json } = translated('openai-responses', 'openai-chat', {
      input: [
        { role: 'user', content: 'Hi' },
        { type: 'function_call', call_id: 'a', name: 'f', arguments: '{}' },
        { role: 'developer', content: 'Careful.' },
        { type: 'function_call_output', call_id: 'a', output: '1' },
      ],
    });
    const roles = (json['messages'] as { role: string }[]).map(({ role }) => role);
    assert.deepEqual(roles, ['user', 'assistant', 'tool', 'system']);
  });
});

describe('instructions in the middle, for a provider that has none there', () => {
  const conversation = [
    user,
    { role: 'assistant', content: 'Yes?' },
    { role: 'system', content: 'Be brief.' },
    user,
  ];
  const texts = {
    'anthropic-messages': ({ json }: Translated) =>
      (json['messages'] as { role: string; content: { text: string }[] }[]).map(({ role, content }) => [
        role,
        content.map(({ text }) => text),
      ]),
    'gemini-generate': ({ json }: Translated) =>
      (json['contents'] as { role: string; parts: { text: string }[] }[]).map(({ role, parts }) => [
        role === 'model' ? 'assistant' : role,
        parts.map(({ text }) => text),
      ]),
  };
  for (const from of ['openai-chat', 'openai-responses'] as const) {
    for (const to of ['anthropic-messages', 'gemini-generate'] as const) {
      it(`stay in their place as the user's words, with a warning (${from} to ${to})`, () => {
        const body = from === 'openai-chat' ? { messages: conversation } : { input: conversation };
        const request = translated(from, to, body);
        assert.deepEqual(texts[to](request), [
          ['user', ['Hi']],
          ['assistant', ['Yes?']],
          ['user', ['Be brief.', 'Hi']],
        ]);
        assert.match(request.warnings.join(), /instructions in the middle of the conversation became part/);
      });
    }
  }
});

describe('a choice of tools', () => {
  it('is free where the tool that was named had to be left out', () => {
    const { json, warnings } = translated('anthropic-messages', 'openai-chat', {
      messages: [user],
      tools: [
        { type: 'web_search_20250305', name: 'web_search' },
        { name: 'f', input_schema: { type: 'object' } },
      ],
      tool_choice: { type: 'tool', name: 'web_search' },
    });
    assert.equal(json['tool_choice'], undefined);
    assert.match(warnings.join(), /tool_choice without its tool/);
  });
});

describe('tools that come with the conversation', () => {
  it('are tools like others, those of "functions" without a prefix, and the last of a name counts', () => {
    const tool = (name: string, description: string) => ({
      type: 'function',
      name,
      description,
      parameters: {},
    });
    const exec = { type: 'custom', name: 'exec', description: 'Runs.' };
    const found = { type: 'tool_search_output', call_id: 's', tools: [tool('find', 'Finds.')] };
    const input = [
      {
        type: 'additional_tools',
        role: 'developer',
        tools: [{ type: 'namespace', name: 'functions', tools: [exec] }, tool('wait', 'Waits long.')],
      },
      { ...user, type: 'message' },
      found,
    ];
    const asked = { input, tools: [tool('wait', 'Waits.')] };
    const { json, warnings } = translated('openai-responses', 'anthropic-messages', asked);
    assert.deepEqual(
      (json['tools'] as { name: string; description: string }[]).map(({ name, description }) => [
        name,
        description,
      ]),
      [
        ['wait', 'Waits long.'],
        ['exec', 'Runs.'],
        ['find', 'Finds.'],
      ],
    );
    assert.doesNotMatch(warnings.join(), /additional_tools/);
  });
});

describe('a schema for OpenAI', () => {
  const strictOf = (schema: object) => {
    const output_config = { format: { type: 'json_schema', schema } };
    const { json } = translated('anthropic-messages', 'openai-chat', { messages: [user], output_config });
    return /"strict":(true|false)/.exec(JSON.stringify(json['response_format']))?.[1];
  };

  it('is strict only if all its members have to be there', () => {
    const closed = { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false };
    assert.equal(strictOf({ ...closed, required: ['a'] }), 'true');
    assert.equal(strictOf(closed), 'false');
    assert.equal(strictOf({ type: 'object', properties: {} }), 'false');
    assert.equal(strictOf({ type: 'array', items: { anyOf: [closed] } }), 'false');
  });
});

describe('what Claude Code can do with Anthropic alone', () => {
  it('is no more output than the model has', () => {
    const body = { messages: [user], max_tokens: 128_000 };
    const limited = translated('anthropic-messages', 'gemini-generate', body, {
      largestOutput: largestOutput('gemini-2.5-pro'),
    });
    assert.deepEqual(limited.json['generationConfig'], { maxOutputTokens: 65_536 });
    assert.match(limited.warnings.join(), /lowered to the 65536 tokens/);
    const free = translated('anthropic-messages', 'gemini-generate', body, {
      largestOutput: largestOutput('gemini-9'),
    });
    assert.deepEqual(free.json['generationConfig'], { maxOutputTokens: 128_000 });
  });

  for (const [model, most] of [
    ['gpt-4o', 16_384],
    ['openai/gpt-4o-mini-2024-07-18', 16_384],
    ['gpt-4o-2024-05-13', 4_096],
    ['gpt-4', 8_192],
    ['gpt-4.1-mini', 32_768],
    ['gpt-5.2', Infinity],
    ['o3-mini', 100_000],
    ['gemini-2.0-flash', 8_192],
    ['gemini-3-pro-preview', 65_536],
    ['claude-3-5-haiku-20241022', 8_192],
    ['us.anthropic.claude-opus-4-1-20250805-v1:0', 32_000],
    ['claude-opus-4-5', 64_000],
    ['claude-opus-4-6', Infinity],
    ['claude-sonnet-4@20250514', 64_000],
    ['llama-3.3-70b', Infinity],
  ] as const) {
    it(`is more than ${most} tokens of ${model}`, () => assert.equal(largestOutput(model), most));
  }

  it('is told in words where it searches for tools', () => {
    const found = [{ type: 'tool_reference', tool_name: 'WebFetch' }];
    const { json } = translated('anthropic-messages', 'openai-chat', {
      messages: [
        { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'ToolSearch', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: found }] },
      ],
    });
    assert.match(JSON.stringify(json['messages']), /The tool WebFetch is available/);
  });
});

describe('a warning', () => {
  it('is bounded and plain, whatever the body', () => {
    const odd = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`ö\n${n}${'x'.repeat(500)}`, 1]));
    const { warnings } = translated('openai-chat', 'gemini-generate', { messages: [user], ...odd });
    assert.equal(warnings.length, 32);
    for (const sentence of warnings) assert.match(sentence, /^[ -~]{1,200}$/);
  });

  it('is one sentence for each thing, once', () => {
    const block = { type: 'text', text: 'x', cache_control: { type: 'ephemeral' } };
    const { warnings } = translated('anthropic-messages', 'openai-chat', {
      messages: [{ role: 'user', content: [block, block] }],
      top_k: 4,
    });
    assert.deepEqual(warnings, [
      'cache_control is not known to Chat Completions and was left out',
      'top_k is not known to Chat Completions and was left out',
    ]);
  });

  it('names members of the body that nobody knows', () => {
    const { warnings } = translated('openai-chat', 'gemini-generate', {
      messages: [user],
      odd: 1,
      off: false,
    });
    assert.deepEqual(warnings, ['odd is not known to Gemini and was left out']);
  });
});
