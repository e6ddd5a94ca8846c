import type { FactsResult } from '../core/ports/codec.ts';
import type { RequestForm } from '../core/router/routed-request.ts';
import { anthropicMessages } from '../protocol/anthropic-messages.ts';
import { openaiChat } from '../protocol/openai-chat.ts';
import type { Codec } from '../core/ports/codec.ts';
import { openaiAdapter } from '../providers/openai.ts';
import type { ChatMessage, RouteRequest } from './api.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** Anthropic's protocol demands a limit: what its own documentation uses where nobody sets one. */
const DEFAULT_MESSAGES_LIMIT = 4096;

/** A text request in every protocol, so that keys of any provider can serve it. Throws `TypeError` for no messages. */
export function requestForms(request: RouteRequest, stream: boolean): readonly [RequestForm, RequestForm] {
  const messages: readonly ChatMessage[] =
    request.messages ?? (request.prompt === undefined ? [] : [{ role: 'user', content: request.prompt }]);
  if (!messages.some(({ role }) => role === 'user')) {
    throw new TypeError('A request needs a prompt, or messages with one of role "user".');
  }
  const headers = request.conversation === undefined ? {} : { 'x-session-id': request.conversation };
  return [
    toForm(chatCodec, chatBody(request, messages, stream), headers),
    toForm(anthropicMessages, messagesBody(request, messages, stream), headers),
  ];
}

function toForm(codec: Codec, body: object, headers: Readonly<Record<string, string>>): RequestForm {
  const read: FactsResult = codec.readFacts(body, headers);
  if (!read.ok) throw new TypeError(read.message);
  return { codec, facts: read.facts, raw: encoder.encode(JSON.stringify(body)) };
}

/** A model in another's place, e.g. a fallback, may want its output limited in another member. */
const chatCodec: Codec = {
  ...openaiChat,
  edit: (raw, edits) => {
    const edited = openaiChat.edit(raw, edits);
    return edits.model === undefined ? edited : withLimitOf(edits.model, edited);
  },
};

function withLimitOf(model: string, raw: Uint8Array): Uint8Array {
  const { max_tokens, max_completion_tokens, ...body } = JSON.parse(decoder.decode(raw)) as LimitedBody;
  const limit = max_completion_tokens ?? max_tokens;
  if (limit === undefined) return raw;
  return encoder.encode(JSON.stringify({ ...body, [limitMember(model)]: limit }));
}

interface LimitedBody {
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
}

/**
 * OpenAI's models since o1 refuse `max_tokens` (platform.openai.com/docs/api-reference/chat/create), while many other
 * servers know nothing else.
 */
function limitMember(model: string): 'max_completion_tokens' | 'max_tokens' {
  return openaiAdapter.servesByName(model) ? 'max_completion_tokens' : 'max_tokens';
}

function chatBody(request: RouteRequest, messages: readonly ChatMessage[], stream: boolean): object {
  const { model, maxTokens, temperature } = request;
  return {
    model,
    messages,
    ...(maxTokens === undefined ? {} : { [limitMember(model)]: maxTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
  };
}

function messagesBody(request: RouteRequest, messages: readonly ChatMessage[], stream: boolean): object {
  const { model, maxTokens, temperature } = request;
  const system = messages.filter(({ role }) => role === 'system').map(({ content }) => content);
  return {
    model,
    max_tokens: maxTokens ?? DEFAULT_MESSAGES_LIMIT,
    ...(system.length > 0 ? { system: system.join('\n\n') } : {}),
    messages: messages.filter(({ role }) => role !== 'system'),
    ...(temperature === undefined ? {} : { temperature }),
    ...(stream ? { stream: true } : {}),
  };
}
