import type { LimitReading, ProviderAdapter } from '../core/ports/provider.ts';
import type { HeaderMap } from '../core/ports/upstream.ts';
import type { Protocol } from '../../shared/model/trace.ts';
import { classifyAnthropic } from './anthropic-errors.ts';
import { anthropicCosts } from './billing/anthropic-costs.ts';
import { readModelList, stripDate } from './openai.ts';
import { billingKey, refusePlaceholder } from './refuse-secret.ts';
import { headerCount, headerText, parseResetAt } from './reset-time.ts';

const API_VERSION = '2023-06-01';

/** Anthropic's own API. */
export const anthropicAdapter: ProviderAdapter = {
  kind: 'anthropic',
  protocols: new Set<Protocol>(['anthropic-messages', 'anthropic-count-tokens', 'anthropic-other']),
  authHeaders: (secret) => ({ 'x-api-key': secret }),
  defaultHeaders: { 'anthropic-version': API_VERSION },
  withheldHeaders: new Set(['anthropic-workspace-id']),
  path: ({ protocol, query, target }) =>
    `/v1${target ?? (protocol === 'anthropic-count-tokens' ? '/messages/count_tokens' : '/messages')}${query}`,
  modelsUrl: ({ baseUrl }) => `${baseUrl}/v1/models?limit=1000`,
  readModels: readModelList,
  servesByName: (model) => model.startsWith('claude-'),
  // Others imitate its API, with models of their own.
  servesOnlyItsNames: (baseUrl) => new URL(baseUrl).hostname === 'api.anthropic.com',
  family,
  classify: classifyAnthropic,
  readLimits,
  readAccount: (headers) => headerText(headers, 'anthropic-organization-id'),
  readRequestId: (headers) => headerText(headers, 'request-id'),
  refuseSecret: (secret) => {
    // Access and refresh tokens of a login, and the session of the web site.
    if (/^sk-ant-(?:oat|ort|sid)/.test(secret)) {
      return {
        code: 'subscription_login',
        message:
          'This is a Claude subscription login, not an API key. Routing a subscription breaks its terms: create an API key in the Anthropic console.',
      };
    }
    return /^sk-ant-admin\d\d-/.test(secret) ? billingKey('anthropic') : refusePlaceholder(secret);
  },
  billing: () => anthropicCosts,
};

/** Limits are kept per class and major version: all Sonnet 4.x models share one (Anthropic, "Rate limits"). */
function family(model: string): string {
  const found = /^claude-(opus|sonnet|haiku|fable|mythos)-(\d+)/.exec(model);
  return found ? `claude-${found[1]}-${found[2]}` : stripDate(model);
}

/** `anthropic-ratelimit-*`: resets are RFC 3339 times. */
function readLimits(headers: HeaderMap, now: number): readonly LimitReading[] {
  const names = [
    ['requests', 'requests'],
    ['tokens', 'tokens'],
    ['input-tokens', 'input_tokens'],
    ['output-tokens', 'output_tokens'],
  ] as const;
  const readings: LimitReading[] = [];
  for (const [name, dimension] of names) {
    const limit = headerCount(headers, `anthropic-ratelimit-${name}-limit`);
    const remaining = headerCount(headers, `anthropic-ratelimit-${name}-remaining`);
    if (!limit || remaining === null) continue;
    const resetAt = parseResetAt(headerText(headers, `anthropic-ratelimit-${name}-reset`), now);
    readings.push({ dimension, limit, remaining: Math.min(remaining, limit), resetAt });
  }
  return readings;
}
