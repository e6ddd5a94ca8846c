import assert from 'node:assert/strict';
import { claudeTraits } from '../../../../server/protocol/translate/claude-models.ts';
import type { DialogueProtocol } from '../../../../server/protocol/translate/dialogue.ts';
import { answered, MESSAGES_MODEL, refusal, translated } from './translated.ts';

const user = { role: 'user', content: 'Hi' };

describe('what a Claude model takes', () => {
  for (const [model, thinking, sampling, schemas] of [
    ['claude-3-haiku-20240307', 'none', true, false],
    ['claude-3-5-sonnet-20241022', 'none', true, false],
    ['claude-3-7-sonnet-latest', 'budget', true, false],
    ['claude-sonnet-4-20250514', 'budget', true, false],
    ['claude-sonnet-4@20250514', 'budget', true, false],
    ['claude-opus-4-1-20250805', 'budget', true, true],
    ['anthropic.claude-haiku-4-5-20251001-v1:0', 'budget', true, true],
    ['claude-sonnet-4-6', 'adaptive', true, true],
    ['claude-opus-4-8', 'adaptive', false, true],
    ['claude-opus-5-5', 'adaptive', false, true],
  ] as const) {
    it(`is known of ${model}`, () => assert.deepEqual(claudeTraits(model), { thinking, sampling, schemas }));
  }
});

describe('reasoning asked of Gemini', () => {
  const asked = (model: string, reasoning_effort: string) =>
    (
      translated('openai-chat', 'gemini-generate', { messages: [user], reasoning_effort }, { model }).json[
        'generationConfig'
      ] as { thinkingConfig: object }
    ).thinkingConfig;

  for (const [effort, thinkingLevel, thinkingBudget] of [
    ['minimal', 'MINIMAL', 1_024],
    ['low', 'LOW', 1_024],
    ['medium', 'MEDIUM', 8_192],
    ['xhigh', 'HIGH', 32_768],
  ] as const) {
    it(`is a level of newer models and a budget of older ones: ${effort}`, () => {
      assert.deepEqual(asked('gemini-3-pro', effort), { includeThoughts: true, thinkingLevel });
      assert.deepEqual(asked('gemini-2.5-flash', effort), { includeThoughts: true, thinkingBudget });
    });
  }

  it('is never nothing where the model can not do without', () => {
    assert.deepEqual(asked('gemini-2.5-pro', 'none'), { includeThoughts: true, thinkingBudget: 128 });
    assert.deepEqual(asked('gemini-2.5-flash', 'none'), { includeThoughts: true, thinkingBudget: 0 });
  });
});

describe('a document', () => {
  it('of text is text to Anthropic, whatever it came as', () => {
    const file = { filename: 'a.txt', file_data: `data:text/plain;base64,${btoa('plain')}` };
    const { json } = translated('openai-chat', 'anthropic-messages', {
      messages: [{ role: 'user', content: [{ type: 'file', file }] }],
    });
    const source = { type: 'text', media_type: 'text/plain', data: 'plain' };
    assert.match(
      JSON.stringify(json['messages']),
      new RegExp(JSON.stringify(source).replace(/[{}]/g, '\\$&')),
    );
  });

  it('is known by its name where it has no type', () => {
    const file = { filename: 'a.pdf', file_data: 'JVBERi0=' };
    const content = [{ type: 'file', file }];
    const { json } = translated('openai-chat', 'gemini-generate', { messages: [{ role: 'user', content }] });
    assert.match(JSON.stringify(json), /"inlineData":\{"mimeType":"application\/pdf","data":"JVBERi0="\}/);
  });

  it('at an address stays there where that can be', () => {
    const content = [{ type: 'input_file', file_url: 'https://a/b.pdf' }];
    const body = { input: [{ role: 'user', content }] };
    const { json } = translated('openai-responses', 'anthropic-messages', body);
    assert.match(JSON.stringify(json), /"source":\{"type":"url","url":"https:\/\/a\/b\.pdf"\}/);
    const back = translated('anthropic-messages', 'openai-responses', json).json;
    assert.match(JSON.stringify(back), /"type":"input_file","file_url":"https:\/\/a\/b\.pdf"/);
  });

  it('that is a sound or a film is refused', () => {
    const parts = [{ inlineData: { mimeType: 'audio/wav', data: '' } }];
    assert.match(refusal('gemini-generate', 'openai-chat', { contents: [{ role: 'user', parts }] }), /Audio/);
  });
});

describe('a result of a tool without ids', () => {
  it('is that of the first call of its name that has none yet', () => {
    const call = { functionCall: { name: 'f', args: {} } };
    const result = (output: string) => ({ functionResponse: { name: 'f', response: { output } } });
    const { json } = translated('gemini-generate', 'openai-chat', {
      contents: [
        { role: 'model', parts: [call, call] },
        { role: 'user', parts: [result('one'), result('two')] },
      ],
    });
    const messages = json['messages'] as { tool_call_id?: string; content: string }[];
    const results = messages.slice(1).map(({ tool_call_id, content }) => [tool_call_id, content]);
    assert.deepEqual(results, [
      ['call_0', 'one'],
      ['call_1', 'two'],
    ]);
  });

  it('is data where it is no text', () => {
    const parts = [{ functionResponse: { name: 'f', response: { rows: [1] } } }];
    const { json } = translated('gemini-generate', 'openai-chat', { contents: [{ role: 'user', parts }] });
    assert.match(JSON.stringify(json['messages']), /"content":"\{\\"rows\\":\[1\]\}"/);
  });
});

describe('an answer that is none', () => {
  const questions: Readonly<Partial<Record<DialogueProtocol, object>>> = {
    'openai-chat': { messages: [user] },
    'anthropic-messages': { messages: [user] },
  };
  const whole = (from: DialogueProtocol, to: DialogueProtocol, answer: unknown) =>
    answered(
      translated(to, from, questions[to] ?? {}, { model: MESSAGES_MODEL }),
      from,
      to,
      typeof answer === 'string' ? answer : JSON.stringify(answer),
    );

  it('is a failure where Gemini says that its call went wrong', () => {
    const answer = { candidates: [{ finishReason: 'MALFORMED_FUNCTION_CALL' }] };
    const { failure } = whole('gemini-generate', 'openai-chat', answer);
    assert.match(failure?.message ?? '', /MALFORMED_FUNCTION_CALL/);
  });

  it('is filtered where the prompt was refused', () => {
    const { text } = whole('gemini-generate', 'openai-chat', { promptFeedback: { blockReason: 'SAFETY' } });
    assert.match(text, /"finish_reason":"content_filter"/);
  });

  it('is a refusal where the model says so', () => {
    const message = { content: null, refusal: 'I will not.' };
    const answer = { choices: [{ index: 0, message, finish_reason: 'stop' }] };
    const { text } = whole('openai-chat', 'anthropic-messages', answer);
    assert.match(text, /"text":"I will not\.".*"stop_reason":"refusal"/);
    const output = [{ type: 'message', content: [{ type: 'refusal', refusal: 'No.' }] }];
    const other = whole('openai-responses', 'anthropic-messages', { status: 'completed', output });
    assert.match(other.text, /"text":"No\.".*"stop_reason":"refusal"/);
  });

  it('is an error where it failed or can not be read', () => {
    const failed = {
      status: 'failed',
      error: { code: 'rate_limit_exceeded', message: 'Slow down.' },
      output: [],
    };
    const { text, failure } = whole('openai-responses', 'anthropic-messages', failed);
    assert.equal(text, '{"type":"error","error":{"type":"rate_limit_error","message":"Slow down."}}');
    assert.equal(failure?.kind, 'rate_limit');
    for (const odd of ['', '<html>', '[]', '{}', 'null', '{"choices":[]}']) {
      const unreadable = whole('openai-chat', 'anthropic-messages', odd);
      assert.match(unreadable.text, /"type":"api_error","message":"The provider gave no readable answer\."/);
    }
  });
});

describe('redacted thinking', () => {
  it('of Anthropic comes back as it was, through another protocol', () => {
    const content = [
      { type: 'redacted_thinking', data: 'EmwKAhgB' },
      { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} },
    ];
    const asked = translated(
      'openai-responses',
      'anthropic-messages',
      { input: 'Hi' },
      { model: MESSAGES_MODEL },
    );
    const { text } = answered(
      asked,
      'anthropic-messages',
      'openai-responses',
      JSON.stringify({ content, stop_reason: 'tool_use' }),
    );
    const { output } = JSON.parse(text) as { output: object[] };
    const input = [{ role: 'user', content: 'Hi' }, ...output];
    const result = { type: 'function_call_output', call_id: 'toolu_1', output: 'done' };
    const back = translated(
      'openai-responses',
      'anthropic-messages',
      { input: [...input, result] },
      { model: MESSAGES_MODEL },
    );
    assert.deepEqual((back.json['messages'] as { content: object[] }[])[1]?.content, content);
  });
});
