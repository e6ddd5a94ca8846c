import type { Codec } from '../core/ports/codec.ts';
import type { Protocol } from '../../shared/model/trace.ts';
import { anthropicCountTokens, anthropicMessages } from './anthropic-messages.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiEmbeddings } from './openai-embeddings.ts';
import { openaiResponses } from './openai-responses.ts';

/** Every protocol the proxy speaks. */
export const CODECS = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'openai-embeddings': openaiEmbeddings,
  'anthropic-messages': anthropicMessages,
  'anthropic-count-tokens': anthropicCountTokens,
} as Readonly<Record<Protocol, Codec>>;

const ENDPOINTS: Readonly<Record<string, Protocol>> = {
  '/chat/completions': 'openai-chat',
  '/responses': 'openai-responses',
  '/embeddings': 'openai-embeddings',
  '/messages': 'anthropic-messages',
  '/messages/count_tokens': 'anthropic-count-tokens',
};

/**
 * The path below the version: tools disagree on whether a base URL ends in `/v1`, so none, one and two of them
 * mean the same.
 */
export function endpointPath(pathname: string): string {
  let path = pathname;
  while (path.startsWith('/v1/')) path = path.slice(3);
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** Which protocol a path belongs to, if any. */
export function classifyPath(path: string): Protocol | null {
  return Object.hasOwn(ENDPOINTS, path) ? (ENDPOINTS[path] ?? null) : null;
}
