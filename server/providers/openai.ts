import type { ProviderAdapter } from '../core/ports/provider.ts';
import type { HeaderMap } from '../core/ports/upstream.ts';
import type { ProviderRecord } from '../../shared/model/records.ts';
import type { Protocol } from '../../shared/model/trace.ts';
import { asObject, asText } from '../protocol/read-json.ts';
import { openaiCosts } from './billing/openai-costs.ts';
import { openrouterActivity } from './billing/openrouter-activity.ts';
import { classifyOpenai } from './openai-errors.ts';
import { readOpenaiLimits } from './openai-limits.ts';
import { billingKey, refusePlaceholder, refuseUnfilled } from './refuse-secret.ts';
import { headerText } from './reset-time.ts';

const PATHS: Partial<Record<Protocol, string>> = {
  'openai-chat': '/chat/completions',
  'openai-completions': '/completions',
  'openai-responses': '/responses',
  'openai-embeddings': '/embeddings',
};

/** A base URL that names its version itself, as `https://api.z.ai/api/paas/v4` or Google's `.../v1beta/openai` do. */
const HAS_VERSION = /\/v\d+(?:beta\d*)?(?:\/openai)?$/;

/** OpenAI's own API. */
export const openaiAdapter: ProviderAdapter = {
  kind: 'openai',
  protocols: new Set([...(Object.keys(PATHS) as Protocol[]), 'openai-other']),
  authHeaders: (secret) => ({ authorization: `Bearer ${secret}` }),
  withheldHeaders: new Set(['openai-organization', 'openai-project']),
  path: ({ protocol, query, target }) => `/v1${target ?? PATHS[protocol] ?? ''}${query}`,
  modelsUrl: ({ baseUrl }) => `${baseUrl}/v1/models`,
  readModels: readModelList,
  servesByName: (model) =>
    /^(?:gpt-|o\d|chatgpt-|text-embedding-|codex-|ft:|whisper-|tts-|dall-e-|omni-moderation-|text-moderation-|sora-)/.test(
      model,
    ),
  family: stripDate,
  classify: classifyOpenai,
  readLimits: readOpenaiLimits,
  readAccount,
  readRequestId: (headers) => headerText(headers, 'x-request-id'),
  refuseSecret: (secret) => {
    if (secret.startsWith('eyJ')) {
      return {
        code: 'subscription_login',
        message:
          'This is a ChatGPT login, not an API key. Routing a subscription breaks its terms: create an API key.',
      };
    }
    return secret.startsWith('sk-admin-') ? billingKey('openai') : refusePlaceholder(secret);
  },
  billing: () => openaiCosts,
};

/** Any server that speaks OpenAI's protocols at a base URL of its own. */
export const openaiCompatibleAdapter: ProviderAdapter = {
  ...openaiAdapter,
  kind: 'openai-compatible',
  imitates: true,
  path: ({ protocol, query, provider, target }) =>
    `${versionOf(provider)}${target ?? PATHS[protocol] ?? ''}${query}`,
  modelsUrl: (provider) => `${provider.baseUrl}${versionOf(provider)}/models`,
  servesByName: () => false,
  family: (model) => model,
  refuseSecret: refuseUnfilled,
  billing: ({ settings }) => (settings?.billing === 'openrouter' ? openrouterActivity : null),
};

function versionOf({ baseUrl, settings }: ProviderRecord): string {
  return settings?.version ?? (HAS_VERSION.test(baseUrl) ? '' : '/v1');
}

/** `{ data: [{ id }] }`, as OpenAI and Anthropic list their models. */
export function readModelList(json: unknown): readonly string[] | null {
  const data = asObject(json)?.['data'];
  if (!Array.isArray(data)) return null;
  return data.map((entry) => asText(asObject(entry)?.['id'])).filter((id) => id !== null);
}

/** A dated snapshot shares its limits with the model it is a snapshot of: `gpt-4o-2024-08-06`. */
export function stripDate(model: string): string {
  return model.replace(/-(?:\d{4}-\d{2}-\d{2}|\d{8})$/, '');
}

/** Limits are kept per organisation and project. */
function readAccount(headers: HeaderMap): string | null {
  const organisation = headerText(headers, 'openai-organization');
  if (!organisation) return null;
  const project = headerText(headers, 'openai-project');
  return project ? `${organisation}/${project}` : organisation;
}
