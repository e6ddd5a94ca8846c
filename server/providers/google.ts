import type { ProviderAdapter } from '../core/ports/provider.ts';
import type { Protocol } from '../../shared/model/trace.ts';
import { asObject, asText } from '../protocol/read-json.ts';
import { classifyGoogle } from './google-errors.ts';
import { bareName, geminiFamily, geminiMethod, isGoogleModel } from './google-names.ts';
import { pathSegment } from './path-segment.ts';
import { refusePlaceholder } from './refuse-secret.ts';

/** Google's endpoints for OpenAI's protocols (ai.google.dev/gemini-api/docs/openai). */
const OPENAI_PATHS: Partial<Record<Protocol, string>> = {
  'openai-chat': '/v1beta/openai/chat/completions',
  'openai-embeddings': '/v1beta/openai/embeddings',
};

/** The Gemini API of Google AI Studio. */
export const googleAdapter: ProviderAdapter = {
  kind: 'google',
  protocols: new Set<Protocol>([
    'gemini-generate',
    'gemini-count-tokens',
    'gemini-embed',
    'openai-chat',
    'openai-embeddings',
    'gemini-other',
  ]),
  // A call goes back with the signature that Gemini gave it, or is refused: Chat Completions has no member for that
  // (ai.google.dev/gemini-api/docs/thought-signatures, github.com/microsoft/vscode/issues/313019).
  ownProtocol: 'gemini-generate',
  authHeaders: (secret, protocol) =>
    protocol !== null && protocol in OPENAI_PATHS
      ? { authorization: `Bearer ${secret}` }
      : { 'x-goog-api-key': secret },
  // The project that is billed.
  withheldHeaders: new Set(['x-goog-user-project']),
  path(request) {
    if (request.target !== undefined) return withModel(request.target, request.model) + request.query;
    const compatible = OPENAI_PATHS[request.protocol];
    if (compatible !== undefined) return compatible + request.query;
    return `/v1beta/models/${pathSegment(bareName(request.model))}${geminiMethod(request)}`;
  },
  modelsUrl: ({ baseUrl }) => `${baseUrl}/v1beta/models?pageSize=1000`,
  readModels(json) {
    const models: unknown = asObject(json)?.['models'];
    if (!Array.isArray(models)) return null;
    const names = models.map((entry: unknown) => asText(asObject(entry)?.['name']));
    return names.filter((name) => name !== null).map(bareName);
  },
  servesByName: isGoogleModel,
  servesOnlyItsNames: (baseUrl) => new URL(baseUrl).hostname === 'generativelanguage.googleapis.com',
  family: geminiFamily,
  classify: classifyGoogle,
  // Google sends no headers for limits.
  readLimits: () => [],
  readAccount: () => null,
  readRequestId: () => null,
  refuseSecret: (secret) =>
    /^(?:ya29\.|1\/\/|eyJ)/.test(secret)
      ? {
          code: 'subscription_login',
          message:
            'This is a token of a Google login, not an API key. Create a key in Google AI Studio, or add a service account under "vertex".',
        }
      : refusePlaceholder(secret),
};

/** The model stands in the path: `/v1beta/models/MODEL:METHOD`. */
function withModel(path: string, model: string): string {
  if (model === '') return path;
  return path.replace(
    /(\/models\/)[^/]+(?=:[a-zA-Z]+$)/,
    (_, before: string) => before + pathSegment(bareName(model)),
  );
}
