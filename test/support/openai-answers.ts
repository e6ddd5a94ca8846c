import { NO_USAGE, totalInput, type TokenUsage } from '../../shared/model/usage.ts';
import type { ReceivedRequest } from './received-request.ts';
import { jsonReply, write, type Reply, type Script, type Step } from './script.ts';

/** The call of a tool. */
export interface ToolCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What a model thought: text for people, and what only its provider can open. */
export interface Thought {
  readonly text: string;
  readonly seal: string;
}

/** What a simulated model says, and what that costs. */
export interface Answer {
  /** What it thought before, where the protocol has a place for it. */
  readonly thought?: Thought;
  /** The text in the pieces in which a stream sends it. */
  readonly text?: readonly string[];
  /** What it calls after the text. */
  readonly tool?: ToolCall;
  readonly usage?: Partial<TokenUsage>;
  /** The model that the answer names; the one asked for if left out. */
  readonly model?: string;
}

const CREATED = 1_763_900_000;
const DEFAULT_TEXT = ['Hello', ' from', ' the', ' simulated', ' provider', '.'];

/**
 * Chat Completions, streamed or not as the request asks; the usage chunk only with
 * `stream_options.include_usage`, every other chunk then has `usage: null`.
 * Bytes follow https://platform.openai.com/docs/api-reference/chat/object and .../chat-streaming.
 */
export function openaiChat(answer: Answer = {}): Script {
  return (request) => {
    const { model, text, usage } = fill(answer, request);
    const base = { id: `chatcmpl-${request.id}`, created: CREATED, model, service_tier: 'default' };
    const called = answer.tool && chatCall(answer.tool, `call_${request.id}`);
    const reason = called ? 'tool_calls' : 'stop';
    if (request.json?.['stream'] !== true) {
      const message = {
        role: 'assistant',
        content: text.join(''),
        refusal: null,
        annotations: [],
        ...(called ? { tool_calls: [called.whole] } : {}),
      };
      return jsonReply(
        200,
        {
          ...base,
          object: 'chat.completion',
          choices: [{ index: 0, message, logprobs: null, finish_reason: reason }],
          usage: chatUsage(usage),
          system_fingerprint: 'fp_simulated',
        },
        { bills: usage },
      );
    }
    const streamOptions = request.json['stream_options'] as { include_usage?: boolean } | undefined;
    const withUsage = streamOptions?.include_usage === true;
    const chunk = (choices: readonly unknown[], reported: unknown = null): string =>
      sse({ ...base, object: 'chat.completion.chunk', choices, ...(withUsage ? { usage: reported } : {}) });
    const choice = (delta: unknown, end: string | null = null): readonly unknown[] => [
      { index: 0, delta, logprobs: null, finish_reason: end },
    ];
    return stream(usage, [
      write(chunk(choice({ role: 'assistant', content: '', refusal: null }))),
      ...pieces(text, usage, (content) => chunk(choice({ content }))),
      ...(called?.deltas ?? []).map((delta) => write(chunk(choice({ tool_calls: [delta] })))),
      write(chunk(choice({}, reason))),
      ...(withUsage ? [write(chunk([], chatUsage(usage)))] : []),
      write('data: [DONE]\n\n'),
    ]);
  };
}

/**
 * The Responses API, streamed or not as the request asks. Events follow
 * https://platform.openai.com/docs/api-reference/responses-streaming: usage is in `response.completed`, and
 * there is no `[DONE]`.
 */
export function openaiResponses(answer: Answer = {}): Script {
  return (request) => {
    const { model, text, usage } = fill(answer, request);
    const content = { type: 'output_text', text: text.join(''), annotations: [], logprobs: [] };
    const item = { id: `msg_${request.id}`, type: 'message', role: 'assistant' };
    const done = { ...item, status: 'completed', content: [content] };
    const response = (status: string, items: readonly unknown[], reported: unknown): object => ({
      id: `resp_${request.id}`,
      object: 'response',
      created_at: CREATED,
      status,
      error: null,
      incomplete_details: null,
      model,
      output: items,
      parallel_tool_calls: true,
      service_tier: 'default',
      store: false,
      tool_choice: 'auto',
      tools: [],
      usage: reported,
    });
    const thought = answer.thought && reasoningItem(answer.thought, request.id);
    const place = thought ? 1 : 0;
    const called = answer.tool && responsesCall(answer.tool, request.id, place + 1);
    const output = [...(thought ? [thought] : []), done, ...(called ? [called.item] : [])];
    const complete = response('completed', output, responsesUsage(usage));
    if (request.json?.['stream'] !== true) return jsonReply(200, complete, { bills: usage });
    let sequence = 0;
    const event = (type: string, fields: object): string =>
      `event: ${type}\n${sse({ type, sequence_number: sequence++, ...fields })}`;
    const at = { item_id: item.id, output_index: place, content_index: 0 };
    return stream(usage, [
      write(event('response.created', { response: response('in_progress', [], null) })),
      write(event('response.in_progress', { response: response('in_progress', [], null) })),
      ...(thought
        ? [
            write(event('response.output_item.added', { output_index: 0, item: thought })),
            write(event('response.output_item.done', { output_index: 0, item: thought })),
          ]
        : []),
      write(
        event('response.output_item.added', {
          output_index: place,
          item: { ...item, status: 'in_progress', content: [] },
        }),
      ),
      write(event('response.content_part.added', { ...at, part: { ...content, text: '' } })),
      ...pieces(text, usage, (delta) => event('response.output_text.delta', { ...at, delta, logprobs: [] })),
      write(event('response.output_text.done', { ...at, text: content.text, logprobs: [] })),
      write(event('response.content_part.done', { ...at, part: content })),
      write(event('response.output_item.done', { output_index: place, item: done })),
      ...(called?.events ?? []).map(([type, fields]) => write(event(type, fields))),
      write(event('response.completed', { response: complete })),
    ]);
  };
}

/** The first piece of a call has its id and name, all have a part of its arguments. */
function chatCall(
  { name, input }: ToolCall,
  id: string,
): { readonly whole: object; readonly deltas: readonly object[] } {
  const json = JSON.stringify(input);
  const half = Math.floor(json.length / 2);
  const first = { index: 0, id, type: 'function', function: { name, arguments: '' } };
  const piece = (text: string): object => ({ index: 0, function: { arguments: text } });
  return {
    whole: { id, type: 'function', function: { name, arguments: json } },
    deltas: [first, piece(json.slice(0, half)), piece(json.slice(half))],
  };
}

/** Reasoning that the caller keeps: with `store: false` its provider remembers nothing of it. */
function reasoningItem({ text, seal }: Thought, id: string): object {
  const summary = [{ type: 'summary_text', text }];
  return { id: `rs_${id}`, type: 'reasoning', summary, encrypted_content: seal };
}

/** The item of a call, which follows the message, and the events of its stream. */
function responsesCall(
  { name, input }: ToolCall,
  id: string,
  place: number,
): { readonly item: object; readonly events: readonly (readonly [type: string, fields: object])[] } {
  const json = JSON.stringify(input);
  const half = Math.floor(json.length / 2);
  const head = { id: `fc_${id}`, type: 'function_call', call_id: `call_${id}`, name };
  const item = { ...head, status: 'completed', arguments: json };
  const at = { item_id: head.id, output_index: place };
  const piece = (delta: string) => ['response.function_call_arguments.delta', { ...at, delta }] as const;
  return {
    item,
    events: [
      [
        'response.output_item.added',
        { output_index: place, item: { ...head, status: 'in_progress', arguments: '' } },
      ],
      piece(json.slice(0, half)),
      piece(json.slice(half)),
      ['response.function_call_arguments.done', { ...at, name, arguments: json }],
      ['response.output_item.done', { output_index: place, item }],
    ],
  };
}

/** Embeddings (https://platform.openai.com/docs/api-reference/embeddings/object). */
export function openaiEmbeddings(answer: Answer = {}): Script {
  return (request) => {
    const { model, usage } = fill(answer, request);
    const tokens = totalInput(usage);
    return jsonReply(
      200,
      {
        object: 'list',
        data: [{ object: 'embedding', index: 0, embedding: [0.0125, -0.25, 0.5] }],
        model,
        usage: { prompt_tokens: tokens, total_tokens: tokens },
      },
      { bills: { ...usage, outputTokens: 0, reasoningTokens: 0 } },
    );
  };
}

/**
 * `GET /v1/models` in the dialect of the caller: with `anthropic-version` as in
 * https://platform.claude.com/docs/en/api/models/list, else as in
 * https://platform.openai.com/docs/api-reference/models/list.
 */
export function modelListing(ids: readonly string[]): Script {
  return (request) => {
    if (request.headers['anthropic-version'] === undefined) {
      const data = ids.map((id) => ({ id, object: 'model', created: CREATED, owned_by: 'system' }));
      return jsonReply(200, { object: 'list', data });
    }
    const data = ids.map((id) => ({
      type: 'model',
      id,
      display_name: id,
      created_at: '2026-01-01T00:00:00Z',
    }));
    return jsonReply(200, { data, has_more: false, first_id: ids[0] ?? null, last_id: ids.at(-1) ?? null });
  };
}

function fill(
  answer: Answer,
  request: ReceivedRequest,
): Required<Omit<Answer, 'tool' | 'thought'>> & { readonly usage: TokenUsage } {
  const asked = request.json?.['model'];
  return {
    model: answer.model ?? (typeof asked === 'string' ? asked : 'unknown'),
    text: answer.text ?? DEFAULT_TEXT,
    usage: { ...NO_USAGE, inputTokens: 100, outputTokens: 12, ...answer.usage },
  };
}

/** OpenAI counts inclusively: cached tokens are a part of the prompt, reasoning is one of the completion. */
function chatUsage(usage: TokenUsage): object {
  const prompt = totalInput(usage);
  return {
    prompt_tokens: prompt,
    completion_tokens: usage.outputTokens,
    total_tokens: prompt + usage.outputTokens,
    prompt_tokens_details: { ...cachedPart(usage), audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

function responsesUsage(usage: TokenUsage): object {
  const input = totalInput(usage);
  return {
    input_tokens: input,
    input_tokens_details: cachedPart(usage),
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: input + usage.outputTokens,
  };
}

/** `cache_write_tokens` is sent since GPT-5.6 (https://developers.openai.com/api/docs/guides/prompt-caching). */
function cachedPart(usage: TokenUsage): object {
  return {
    cached_tokens: usage.cacheReadTokens,
    ...(usage.cacheWriteTokens > 0 ? { cache_write_tokens: usage.cacheWriteTokens } : {}),
  };
}

/** The pieces of text, with the output tokens shared out among them. */
function pieces(text: readonly string[], usage: TokenUsage, event: (piece: string) => string): Step[] {
  return text.map((piece, index) => {
    const upTo = (n: number): number => Math.floor((usage.outputTokens * n) / text.length);
    return write(event(piece), upTo(index + 1) - upTo(index));
  });
}

function stream(bills: TokenUsage, steps: readonly Step[]): Reply {
  return { status: 200, headers: { 'content-type': 'text/event-stream; charset=utf-8' }, steps, bills };
}

function sse(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
