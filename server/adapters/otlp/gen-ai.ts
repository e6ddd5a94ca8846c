import type { Protocol } from '../../../shared/model/trace.ts';

// Names of the OpenTelemetry semantic conventions for generative AI (open-telemetry/semantic-conventions-genai).

/** What `gen_ai.provider.name` may say of a provider, and where it is. */
export interface ProviderPlace {
  readonly kind: string;
  readonly baseUrl: string;
}

const OPERATIONS: Readonly<Record<Protocol, string>> = {
  'openai-chat': 'chat',
  'openai-completions': 'text_completion',
  'openai-responses': 'chat',
  'openai-embeddings': 'embeddings',
  'anthropic-messages': 'chat',
  'anthropic-count-tokens': 'count_tokens',
  'gemini-generate': 'generate_content',
  'gemini-count-tokens': 'count_tokens',
  'gemini-embed': 'embeddings',
  'openai-other': 'other',
  'anthropic-other': 'other',
  'gemini-other': 'other',
};

const ROUTES: Readonly<Record<Protocol, string>> = {
  'openai-chat': '/v1/chat/completions',
  'openai-completions': '/v1/completions',
  'openai-responses': '/v1/responses',
  'openai-embeddings': '/v1/embeddings',
  'anthropic-messages': '/v1/messages',
  'anthropic-count-tokens': '/v1/messages/count_tokens',
  'gemini-generate': '/v1beta/models/{model}:generateContent',
  'gemini-count-tokens': '/v1beta/models/{model}:countTokens',
  'gemini-embed': '/v1beta/models/{model}:embedContent',
  'openai-other': '/v1/{path}',
  'anthropic-other': '/v1/{path}',
  'gemini-other': '/v1beta/{path}',
};

/** By kind, where the kind is one provider's. */
const BY_KIND: Readonly<Record<string, string>> = {
  openai: 'openai',
  anthropic: 'anthropic',
  google: 'gcp.gemini',
  azure: 'azure.ai.openai',
  bedrock: 'aws.bedrock',
  vertex: 'gcp.vertex_ai',
};

/** By id, of those that speak another's protocol. */
const BY_ID: Readonly<Record<string, string>> = { mistral: 'mistral_ai', xai: 'x_ai' };

/** `gen_ai.operation.name`; counting tokens, and what only passes through, are none that the conventions know. */
export function operationOf(protocol: Protocol): string {
  return OPERATIONS[protocol];
}

/** `http.route` of the router's own endpoint. */
export function routeOf(protocol: Protocol): string {
  return ROUTES[protocol];
}

/** `gen_ai.provider.name`: a well-known one, else the id that people know it by. */
export function providerNameOf(providerId: string, place: ProviderPlace | undefined): string {
  return BY_KIND[place?.kind ?? ''] ?? BY_ID[providerId] ?? providerId;
}

/** `server.address` and `server.port`. */
export function serverOf(place: ProviderPlace | undefined): Readonly<Record<string, string | number>> {
  if (!place || !URL.canParse(place.baseUrl)) return {};
  const { hostname, port, protocol } = new URL(place.baseUrl);
  return { 'server.address': hostname, 'server.port': Number(port) || (protocol === 'https:' ? 443 : 80) };
}
