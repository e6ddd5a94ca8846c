import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI, type GenerateContentResponse } from '@google/genai';
import OpenAI from 'openai';
import type { DialogueProtocol } from '../../server/protocol/translate/dialogue.ts';

/** What an official SDK makes of an answer, in the same words for all of them. */
export interface SdkReading {
  readonly text: string;
  readonly thinking: string;
  readonly calls: readonly { readonly name: string; readonly args: unknown; readonly hasId: boolean }[];
  readonly finish: unknown;
  readonly inputTokens: number | undefined;
  readonly cachedTokens: number | null | undefined;
  readonly outputTokens: number | undefined;
}

/** Asks at a base URL with the caller's official SDK, and reads the answer. Rejects as the SDK does. */
export type CallerSdk = (baseUrl: string, stream: 'stream' | 'whole') => Promise<SdkReading>;

const PROMPT = 'Find the key.';
const PARAMETERS = { type: 'object', properties: { city: { type: 'string' } } } as const;
const NAMES = ['get_weather', 'get_time', 'lookup'];

/** The official SDK of each protocol. */
export const CALLER_SDKS: Readonly<Record<DialogueProtocol, CallerSdk>> = {
  'openai-chat': askChat,
  'openai-responses': askResponses,
  'anthropic-messages': askMessages,
  'gemini-generate': askGemini,
};

function openai(baseUrl: string): OpenAI {
  return new OpenAI({ apiKey: 'akr-test', baseURL: `${baseUrl}/v1`, maxRetries: 0 });
}

async function askChat(baseUrl: string, stream: 'stream' | 'whole'): Promise<SdkReading> {
  const request = {
    model: 'caller-model',
    messages: [{ role: 'user', content: PROMPT }],
    tools: NAMES.map((name) => ({ type: 'function', function: { name, parameters: { ...PARAMETERS } } })),
  } satisfies OpenAI.Chat.ChatCompletionCreateParams;
  const { completions } = openai(baseUrl).chat;
  let thinking = '';
  let answer: OpenAI.Chat.ChatCompletion;
  if (stream === 'stream') {
    const running = completions.stream({ ...request, stream_options: { include_usage: true } });
    running.on('chunk', (chunk) => (thinking += reasoningOf(chunk.choices[0]?.delta)));
    answer = await running.finalChatCompletion();
  } else {
    answer = await completions.create(request);
    thinking = reasoningOf(answer.choices[0]?.message);
  }
  const [choice] = answer.choices;
  const calls = choice?.message.tool_calls?.filter((call) => call.type === 'function') ?? [];
  return {
    text: choice?.message.content ?? '',
    thinking,
    calls: calls.map(({ id, function: { name, arguments: args } }) => readCall(id, name, JSON.parse(args))),
    finish: choice?.finish_reason,
    inputTokens: answer.usage?.prompt_tokens,
    cachedTokens: answer.usage?.prompt_tokens_details?.cached_tokens,
    outputTokens: answer.usage?.completion_tokens,
  };
}

/** Reasoning is not in OpenAI's types: its servers don't show it, others' do. */
function reasoningOf(of: object | undefined): string {
  const found = of && 'reasoning_content' in of ? of.reasoning_content : '';
  return typeof found === 'string' ? found : '';
}

async function askResponses(baseUrl: string, stream: 'stream' | 'whole'): Promise<SdkReading> {
  const request = {
    model: 'caller-model',
    input: PROMPT,
    tools: NAMES.map((name) => ({
      type: 'function',
      name,
      parameters: { ...PARAMETERS },
      strict: false,
    })),
  } satisfies OpenAI.Responses.ResponseCreateParams;
  const { responses } = openai(baseUrl);
  const answer =
    stream === 'stream' ? await responses.stream(request).finalResponse() : await responses.create(request);
  if (answer.error) throw new Error(answer.error.message);
  const items = answer.output;
  const summaries = items.flatMap((item) => (item.type === 'reasoning' ? item.summary : []));
  return {
    text: answer.output_text,
    thinking: summaries.map(({ text }) => text).join(''),
    calls: items.flatMap((item) =>
      item.type === 'function_call' ? [readCall(item.call_id, item.name, JSON.parse(item.arguments))] : [],
    ),
    finish: answer.incomplete_details?.reason ?? answer.status,
    inputTokens: answer.usage?.input_tokens,
    cachedTokens: answer.usage?.input_tokens_details.cached_tokens,
    outputTokens: answer.usage?.output_tokens,
  };
}

async function askMessages(baseUrl: string, stream: 'stream' | 'whole'): Promise<SdkReading> {
  const request = {
    model: 'caller-model',
    max_tokens: 4096,
    messages: [{ role: 'user', content: PROMPT }],
    tools: NAMES.map((name) => ({ name, input_schema: { ...PARAMETERS } })),
  } satisfies Anthropic.MessageCreateParams;
  const { messages } = new Anthropic({ apiKey: 'akr-test', baseURL: baseUrl, maxRetries: 0 });
  const answer =
    stream === 'stream' ? await messages.stream(request).finalMessage() : await messages.create(request);
  const { content, usage } = answer;
  return {
    text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    thinking: content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
    calls: content
      .filter((block) => block.type === 'tool_use')
      .map(({ id, name, input }) => readCall(id, name, input)),
    finish: answer.stop_reason,
    inputTokens: usage.input_tokens + (usage.cache_read_input_tokens ?? 0),
    cachedTokens: usage.cache_read_input_tokens,
    outputTokens: usage.output_tokens,
  };
}

async function askGemini(baseUrl: string, stream: 'stream' | 'whole'): Promise<SdkReading> {
  const request = {
    model: 'caller-model',
    contents: PROMPT,
    config: {
      tools: [
        { functionDeclarations: NAMES.map((name) => ({ name, parametersJsonSchema: { ...PARAMETERS } })) },
      ],
    },
  };
  const { models } = new GoogleGenAI({ apiKey: 'akr-test', httpOptions: { baseUrl } });
  const pieces: GenerateContentResponse[] = [];
  if (stream === 'stream') {
    for await (const piece of await models.generateContentStream(request)) pieces.push(piece);
  } else {
    pieces.push(await models.generateContent(request));
  }
  const parts = pieces.flatMap((piece) => piece.candidates?.[0]?.content?.parts ?? []);
  const usage = pieces.at(-1)?.usageMetadata;
  return {
    text: parts.map(({ text, thought }) => (thought ? '' : (text ?? ''))).join(''),
    thinking: parts.map(({ text, thought }) => (thought ? (text ?? '') : '')).join(''),
    calls: parts.flatMap(({ functionCall: call }) => (call ? [readCall(call.id, call.name, call.args)] : [])),
    finish: pieces.at(-1)?.candidates?.[0]?.finishReason,
    inputTokens: usage?.promptTokenCount,
    cachedTokens: usage?.cachedContentTokenCount,
    outputTokens: (usage?.candidatesTokenCount ?? 0) + (usage?.thoughtsTokenCount ?? 0),
  };
}

function readCall(
  id: string | undefined,
  name: string | undefined,
  args: unknown,
): SdkReading['calls'][number] {
  return { name: name ?? '', args, hasId: id !== undefined && id !== '' };
}
