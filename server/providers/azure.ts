import type { ProviderAdapter, ProviderRequest } from '../core/ports/provider.ts';
import type { Protocol } from '../../shared/model/trace.ts';
import type { ProviderRecord } from '../../shared/model/records.ts';
import { classifyOpenai } from './openai-errors.ts';
import { openaiAdapter } from './openai.ts';
import { pathSegment } from './path-segment.ts';
import { refusePlaceholder } from './refuse-secret.ts';
import { headerText } from './reset-time.ts';

const PATHS: Partial<Record<Protocol, string>> = {
  'openai-chat': '/chat/completions',
  'openai-completions': '/completions',
  'openai-responses': '/responses',
  'openai-embeddings': '/embeddings',
};

/** A name is a deployment's; it is known by nobody but its owner. */
const NO_SUCH_DEPLOYMENT = new Set(['DeploymentNotFound', 'unknown_model', 'OperationNotSupported']);

/**
 * Azure OpenAI: a model is called by its deployment's name, which `settings.models` tells where it is another. Without
 * an `apiVersion` the form `/openai/v1` is used, else the classic one with the deployment in the path
 * (learn.microsoft.com/azure/foundry/openai/api-version-lifecycle).
 */
export const azureAdapter: ProviderAdapter = {
  ...openaiAdapter,
  kind: 'azure',
  protocols: new Set(Object.keys(PATHS) as Protocol[]),
  authHeaders: (secret) => ({ 'api-key': secret }),
  withheldHeaders: new Set(['openai-organization', 'openai-project']),
  path(request) {
    const endpoint = PATHS[request.protocol] ?? '';
    const { apiVersion } = request.provider.settings ?? {};
    const root = rootOf(request.provider);
    if (apiVersion === undefined) return `${root}/v1${endpoint}`;
    return `${root}${deployment(request)}${endpoint}?api-version=${apiVersion}`;
  },
  modelsUrl(provider) {
    const { apiVersion } = provider.settings ?? {};
    const root = provider.baseUrl + rootOf(provider);
    return apiVersion === undefined ? `${root}/v1/models` : `${root}/models?api-version=${apiVersion}`;
  },
  // It lists what could be deployed, not what is.
  readModels: () => null,
  servesByName: () => false,
  classify(status, headers, body, now) {
    const failure = classifyOpenai(status, headers, body, now);
    const missing = failure.code !== undefined && NO_SUCH_DEPLOYMENT.has(failure.code);
    return missing ? { ...failure, class: 'model_unavailable' } : failure;
  },
  // Limits are a deployment's; headers name no account.
  readAccount: () => null,
  readRequestId: (headers) => headerText(headers, 'apim-request-id') ?? headerText(headers, 'x-request-id'),
  refuseSecret: refusePlaceholder,
  billing: () => null,
};

/** People copy the endpoint with `/openai` or without. */
function rootOf({ baseUrl }: ProviderRecord): string {
  return baseUrl.endsWith('/openai') ? '' : '/openai';
}

/** Responses name their deployment in the body only. */
function deployment({ protocol, model }: ProviderRequest): string {
  return protocol === 'openai-responses' ? '' : `/deployments/${pathSegment(model)}`;
}
