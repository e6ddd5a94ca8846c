import assert from 'node:assert/strict';
import type { DialogueProtocol } from '../../../../server/protocol/translate/dialogue.ts';
import { PAIRS } from '../../../protocol/translated-pairs.ts';
import { translated } from './translated.ts';

const user = { role: 'user', content: 'Hi' };
const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'low' } };
const schema = { type: 'object', properties: {} };
const contents = [{ role: 'user', parts: [{ text: 'Hi' }] }];
const OPENAI: readonly DialogueProtocol[] = ['openai-chat', 'openai-responses'];

const QUESTIONS: Readonly<Record<DialogueProtocol, object>> = {
  'openai-chat': { messages: [user] },
  'openai-responses': { input: 'Hi' },
  'anthropic-messages': { messages: [user] },
  'gemini-generate': { contents },
};

interface Loss {
  /** What the caller says. */
  readonly more: object;
  readonly warning: RegExp;
  /** Protocols that can say it too. */
  readonly kept?: readonly DialogueProtocol[];
}

/** What a request may ask for in one protocol only (each protocol's reference, "create"). */
const LOSSES: Readonly<Record<DialogueProtocol, readonly Loss[]>> = {
  'openai-chat': [
    { more: { service_tier: 'flex' }, warning: /service_tier/, kept: OPENAI },
    { more: { metadata: { a: 'b' } }, warning: /metadata/, kept: OPENAI },
    { more: { logprobs: true, top_logprobs: 3 }, warning: /logprobs.*top_logprobs/ },
    { more: { logit_bias: { '1': 5 } }, warning: /logit_bias/ },
    { more: { store: true }, warning: /store/ },
    { more: { seed: 7 }, warning: /seed/, kept: ['gemini-generate'] },
    { more: { web_search_options: { search_context_size: 'low' } }, warning: /web_search_options/ },
    {
      more: { response_format: { type: 'grammar', grammar: 'x' } },
      warning: /response_format of type "grammar"/,
    },
    { more: { reasoning_effort: 'colossal' }, warning: /the reasoning effort "colossal"/ },
    { more: { prediction: { type: 'content', content: 'x' } }, warning: /prediction/ },
    { more: { verbosity: 'low' }, warning: /verbosity/, kept: OPENAI },
    {
      more: { messages: [{ role: 'user', content: [image] }] },
      warning: /detail of an image/,
      kept: OPENAI,
    },
  ],
  'openai-responses': [
    { more: { truncation: 'auto' }, warning: /truncation/ },
    { more: { max_tool_calls: 2 }, warning: /max_tool_calls/ },
    { more: { top_logprobs: 2 }, warning: /top_logprobs/ },
    { more: { service_tier: 'priority' }, warning: /service_tier/, kept: OPENAI },
    { more: { text: { format: { type: 'grammar' } } }, warning: /text.format of type "grammar"/ },
    { more: { text: { padding: 'x' } }, warning: /text.padding/ },
    { more: { reasoning: { context: 'all' } }, warning: /reasoning.context/ },
    { more: { tools: [{ type: 'web_search' }] }, warning: /the tool of type "web_search"/ },
    { more: { include: ['web_search_call.action.sources'] }, warning: /include web_search_call/ },
  ],
  'anthropic-messages': [
    { more: { service_tier: 'auto' }, warning: /service_tier/ },
    { more: { top_k: 5 }, warning: /top_k/, kept: ['gemini-generate'] },
    { more: { mcp_servers: [{ name: 'x' }] }, warning: /mcp_servers/ },
    { more: { context_management: { edits: [{}] } }, warning: /context_management/ },
    { more: { metadata: { user_id: 'me', plan: 'x' } }, warning: /metadata.plan/ },
    {
      more: { tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
      warning: /the tool of type "web_search_20250305"/,
    },
    {
      more: { tools: [{ name: 'f', input_schema: schema, input_examples: [{}] }] },
      warning: /a tool's input_examples/,
    },
    {
      more: {
        messages: [
          {
            role: 'user',
            content: [
              {
                type: 'document',
                source: { type: 'text', media_type: 'text/plain', data: 'x' },
                context: 'A letter.',
                citations: { enabled: true },
              },
            ],
          },
        ],
      },
      warning: /citations.*a document's context/,
    },
    { more: { stop_sequences: ['1', '2', '3', '4', '5', '6'] }, warning: /stop/ },
  ],
  'gemini-generate': [
    { more: { safetySettings: [{}] }, warning: /safetySettings/ },
    { more: { generationConfig: { responseLogprobs: true } }, warning: /generationConfig.responseLogprobs/ },
    { more: { generationConfig: { mediaResolution: 'LOW' } }, warning: /generationConfig.mediaResolution/ },
    { more: { generationConfig: { responseMimeType: 'text/x.enum' } }, warning: /responseMimeType text/ },
    { more: { tools: [{ googleSearch: {} }] }, warning: /the tool googleSearch/ },
    {
      more: { toolConfig: { retrievalConfig: { languageCode: 'de' } } },
      warning: /toolConfig.retrievalConfig/,
    },
    {
      more: { toolConfig: { functionCallingConfig: { mode: 'VALIDATED' } } },
      warning: /the mode VALIDATED/,
    },
    {
      more: { tools: [{ functionDeclarations: [{ name: 'f', behavior: 'NON_BLOCKING' }] }] },
      warning: /a function's behavior/,
    },
  ],
};

describe('what the other protocol can not say', () => {
  for (const [from, to] of PAIRS) {
    for (const { more, warning, kept = [] } of LOSSES[from]) {
      const said = !kept.includes(to);
      it(`is ${said ? '' : 'not '}warned of: ${JSON.stringify(more).slice(0, 80)} of ${from} to ${to}`, () => {
        const path = { model: 'm', stream: false };
        const { warnings } = translated(from, to, { ...QUESTIONS[from], ...more }, { path });
        if (said) assert.match(warnings.join(), warning);
        else assert.doesNotMatch(warnings.join(), warning);
      });
    }
  }
});

describe('an effort that the model does not have', () => {
  for (const [to, model, effort, warning] of [
    ['openai-chat', 'gpt-5', 'max', /it has "high"/],
    ['openai-responses', 'o3', 'none', /it has "low"/],
    ['gemini-generate', 'gemini-3-pro', 'max', /it has "high"/],
    ['gemini-generate', 'gemini-3-pro', 'none', /can not do without thinking/],
    ['gemini-generate', 'gemini-2.5-pro', 'none', /can not do without thinking/],
  ] as const) {
    it(`is the nearest that it has, with a warning: ${effort} of ${model}`, () => {
      const from = to === 'openai-chat' ? 'openai-responses' : 'openai-chat';
      const asked = from === 'openai-chat' ? { reasoning_effort: effort } : { reasoning: { effort } };
      const { warnings } = translated(from, to, { ...QUESTIONS[from], ...asked }, { model });
      assert.match(warnings.join(), warning);
    });
  }
});

describe('a stop sequence of white space', () => {
  it('is left out for Anthropic, which refuses it', () => {
    const { json, warnings } = translated('openai-chat', 'anthropic-messages', {
      messages: [user],
      stop: ['\n\n', 'END'],
    });
    assert.deepEqual(json['stop_sequences'], ['END']);
    assert.match(warnings.join(), /white space alone/);
  });
});
