import type { Codec, PathFacts } from '../core/ports/codec.ts';
import type { Protocol } from '../../shared/model/trace.ts';
import { anthropicCountTokens, anthropicMessages } from './anthropic-messages.ts';
import { geminiCountTokens, geminiEmbed, geminiGenerate } from './gemini.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiCompletions } from './openai-completions.ts';
import { openaiEmbeddings } from './openai-embeddings.ts';
import { openaiResponses } from './openai-responses.ts';
import { OTHER_CODECS } from './other/other-codec.ts';

/** Every protocol the proxy speaks. */
export const CODECS: Readonly<Record<Protocol, Codec>> = {
  'openai-chat': openaiChat,
  'openai-completions': openaiCompletions,
  'openai-responses': openaiResponses,
  'openai-embeddings': openaiEmbeddings,
  'anthropic-messages': anthropicMessages,
  'anthropic-count-tokens': anthropicCountTokens,
  'gemini-generate': geminiGenerate,
  'gemini-count-tokens': geminiCountTokens,
  'gemini-embed': geminiEmbed,
  ...OTHER_CODECS,
};

const ENDPOINTS: Readonly<Record<string, Protocol>> = {
  '/chat/completions': 'openai-chat',
  '/completions': 'openai-completions',
  '/responses': 'openai-responses',
  '/embeddings': 'openai-embeddings',
  '/messages': 'anthropic-messages',
  '/messages/count_tokens': 'anthropic-count-tokens',
};

/** The methods of Google's models, which stand in the path behind the model. */
const METHODS: Readonly<Record<string, Protocol>> = {
  generateContent: 'gemini-generate',
  streamGenerateContent: 'gemini-generate',
  countTokens: 'gemini-count-tokens',
  embedContent: 'gemini-embed',
  batchEmbedContents: 'gemini-embed',
};

/** An endpoint of a protocol, with what its path says of the request. */
export interface Endpoint {
  readonly protocol: Protocol;
  readonly path: PathFacts | null;
}

/**
 * The path below the version: tools disagree on whether a base URL ends in `/v1`, so none, one and two of them
 * mean the same.
 */
export function endpointPath(pathname: string): string {
  let path = pathname;
  while (path.startsWith('/v1/')) path = path.slice(3);
  if (path.startsWith('/v1beta/models/')) path = path.slice('/v1beta'.length);
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** Which protocol a path belongs to, if any. */
export function classifyPath(path: string): Endpoint | null {
  const protocol = Object.hasOwn(ENDPOINTS, path) ? ENDPOINTS[path] : undefined;
  return protocol ? { protocol, path: null } : classifyMethod(path);
}

/** `/models/MODEL:METHOD` (ai.google.dev/api). Names of models may have colons of their own. */
function classifyMethod(path: string): Endpoint | null {
  const [, model, method] = /^\/models\/(.+):([a-zA-Z]+)$/.exec(path) ?? [];
  if (model === undefined || method === undefined || !Object.hasOwn(METHODS, method)) return null;
  const protocol = METHODS[method];
  const name = decoded(model);
  if (!protocol || name === null) return null;
  return { protocol, path: { model: name, stream: method === 'streamGenerateContent' } };
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
