import type { Codec, RequestForm } from '../core/ports/codec.ts';
import { openaiChat } from '../protocol/openai-chat.ts';
import { openaiAdapter } from '../providers/openai.ts';
import type { ChatMessage, RouteRequest } from './api.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * A program's request as a chat completion: keys of other protocols are given a translation. Throws `TypeError` for no
 * messages.
 */
export function chatForm(request: RouteRequest, mode: 'stream' | 'whole'): RequestForm {
  const messages: readonly ChatMessage[] =
    request.messages ?? (request.prompt === undefined ? [] : [{ role: 'user', content: request.prompt }]);
  if (!messages.some(({ role }) => role === 'user')) {
    throw new TypeError('A request needs a prompt, or messages with one of role "user".');
  }
  const { model, maxTokens, temperature, conversation } = request;
  const body = {
    model,
    messages,
    ...(maxTokens === undefined ? {} : { [limitMember(model)]: maxTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(mode === 'stream' ? { stream: true, stream_options: { include_usage: true } } : {}),
  };
  const headers = conversation === undefined ? {} : { 'x-session-id': conversation };
  const read = chatCodec.readFacts(body, headers);
  if (!read.ok) throw new TypeError(read.message);
  return { codec: chatCodec, facts: read.facts, raw: encoder.encode(JSON.stringify(body)) };
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
