import type { ProviderRequest } from '../core/ports/provider.ts';
import { hasMember } from '../protocol/body-members.ts';

/** Limits are kept per model, and its numbered and preview editions count on it: `gemini-2.5-flash-preview-09-2025`. */
export function geminiFamily(model: string): string {
  return bareName(model).replace(/-(?:preview(?:-[\w-]+)?|latest|\d{3})$/, '');
}

/** `models/gemini-2.5-pro` in listings is `gemini-2.5-pro` in requests. */
export function bareName(model: string): string {
  return model.startsWith('models/') ? model.slice('models/'.length) : model;
}

/** Whether a name is one of Google's own models. */
export function isGoogleModel(model: string): boolean {
  return /^(?:models\/)?(?:gemini-|gemma-|embedding-|text-embedding-00|learnlm-)/.test(model);
}

/** What stands behind the model in the path (ai.google.dev/api), with the query that makes a stream one of events. */
export function geminiMethod({ protocol, stream, body, query }: ProviderRequest): string {
  switch (protocol) {
    case 'gemini-count-tokens':
      return `:countTokens${query}`;
    case 'gemini-embed':
      return `${hasMember(body, 'requests') ? ':batchEmbedContents' : ':embedContent'}${query}`;
    default:
      return stream ? `:streamGenerateContent${asEvents(query)}` : `:generateContent${query}`;
  }
}

/** Without `alt=sse` a stream comes as one JSON array. */
function asEvents(query: string): string {
  const others = query
    .slice(1)
    .split('&')
    .filter((part) => part !== '' && !part.startsWith('alt='));
  return `?${[...others, 'alt=sse'].join('&')}`;
}
