import type { GoogleTokens } from '../core/ports/credentials.ts';
import type { ProviderAdapter } from '../core/ports/provider.ts';
import type { Protocol } from '../../shared/model/trace.ts';
import { asObject } from '../protocol/read-json.ts';
import { anthropicAdapter } from './anthropic.ts';
import { classifyAnthropic } from './anthropic-errors.ts';
import { cloudMessages, undatedName } from './cloud-claude.ts';
import { classifyGoogle } from './google-errors.ts';
import { geminiFamily, geminiMethod, isGoogleModel } from './google-names.ts';
import { pathSegment } from './path-segment.ts';
import { headerText } from './reset-time.ts';
import { packServiceAccount, unpackServiceAccount } from './service-account.ts';

const CLAUDE = new Set<Protocol>(['anthropic-messages', 'anthropic-count-tokens']);
const GEMINI = new Set<Protocol>(['gemini-generate', 'gemini-count-tokens']);
const OTHERS = new Set<Protocol>(['openai-chat']);

/**
 * Google Vertex: Gemini and Claude by their own protocols, other models by its endpoint for Chat Completions. The base
 * URL ends with project and region: `.../v1/projects/PROJECT/locations/REGION`.
 */
export function vertexAdapter(tokens: GoogleTokens): ProviderAdapter {
  return {
    kind: 'vertex',
    protocols: new Set([...GEMINI, ...CLAUDE, ...OTHERS]),
    protocolsOf: (model) => (isGoogleModel(model) ? GEMINI : model.startsWith('claude-') ? CLAUDE : OTHERS),
    // A token that somebody fetched himself (`gcloud auth print-access-token`) lasts an hour.
    authHeaders: (secret): Readonly<Record<string, string>> =>
      unpackServiceAccount(secret) ? {} : { authorization: `Bearer ${secret}` },
    async authorize(request, secret) {
      const account = unpackServiceAccount(secret);
      if (!account) return { ok: true, headers: {} };
      const result = await tokens.token(account, request.proxy);
      return result.ok ? { ok: true, headers: { authorization: `Bearer ${result.token}` } } : result;
    },
    withheldHeaders: new Set(['anthropic-version', 'anthropic-workspace-id', 'x-goog-user-project']),
    nameOf: atDate,
    callNames: (listed) => [listed.replace('@', '-'), undatedName(listed.replace('@', '-'))],
    path(request) {
      const { protocol, model, stream } = request;
      switch (protocol) {
        case 'anthropic-messages':
          return `/publishers/anthropic/models/${pathSegment(model)}:${stream ? 'streamRawPredict' : 'rawPredict'}`;
        case 'anthropic-count-tokens':
          return '/publishers/anthropic/models/count-tokens:rawPredict';
        case 'openai-chat':
          return '/endpoints/openapi/chat/completions';
        default:
          return `/publishers/google/models/${pathSegment(model)}${geminiMethod(request)}`;
      }
    },
    editBody(request) {
      switch (request.protocol) {
        case 'anthropic-messages':
          return cloudMessages(request, ['model'], 'vertex-2023-10-16');
        case 'anthropic-count-tokens':
          return cloudMessages(request, [], 'vertex-2023-10-16');
        default:
          return request.body;
      }
    },
    // What a project may use no listing tells; this one shows whether the credential is good.
    modelsUrl: ({ baseUrl }) => `${new URL(baseUrl).origin}/v1beta1/publishers/google/models?pageSize=1`,
    readModels: () => null,
    listingNeedsRights: true,
    servesByName: (model) => isGoogleModel(model) || model.startsWith('claude-') || model.includes('/'),
    family: (model) =>
      model.startsWith('claude-') ? anthropicAdapter.family(model.replace('@', '-')) : geminiFamily(model),
    classify(status, headers, body, now) {
      const anthropic = asObject(parse(body))?.['type'] === 'error';
      return (anthropic ? classifyAnthropic : classifyGoogle)(status, headers, body, now);
    },
    readLimits: () => [],
    readAccount: () => null,
    readRequestId: (headers) => headerText(headers, 'request-id'),
    readSecret: packServiceAccount,
    refuseSecret: (secret) =>
      unpackServiceAccount(secret) || secret.startsWith('ya29.')
        ? null
        : {
            code: 'key_placeholder',
            message:
              "This is not a service account's JSON file. Create one in the Google Cloud console and paste the whole file.",
          },
  };
}

/** `claude-sonnet-4-5-20250929` is `claude-sonnet-4-5@20250929` there. */
function atDate(model: string): string {
  return model.replace(/^(claude-.*)-(\d{8})$/, '$1@$2');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
