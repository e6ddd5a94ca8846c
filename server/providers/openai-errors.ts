import type { ClassifiedFailure } from '../core/ports/provider.ts';
import type { HeaderMap } from '../core/ports/upstream.ts';
import type { LimitDimension } from '../../shared/model/states.ts';
import { asObject, asText, parseObject } from '../protocol/read-json.ts';
import { parseResetAt, retryAfterMs } from './reset-time.ts';

/** Credit or a spending cap that ran out: waiting a minute does not help (OpenAI, "Error codes"). */
const OUT_OF_CREDIT = new Set([
  'insufficient_quota',
  'credit_balance_exhausted',
  'organization_spend_limit_exceeded',
  'project_spend_limit_exceeded',
  'organization_usage_limit_exceeded',
  'billing_hard_limit_reached',
  'billing_not_active',
]);

/** The whole provider is busy: another key of it would get the same answer. */
const OVERLOADED = new Set([
  'slow_down',
  'server_is_overloaded',
  'engine_overloaded',
  'overloaded_error',
  // The flex tier has no room: OpenAI's with status 429, Groq's with 498.
  'resource_unavailable',
  'capacity_exceeded',
]);

/** Classes of OpenAI's errors and those of compatible servers: code and type say more than the status. */
export function classifyOpenai(
  status: number,
  headers: HeaderMap,
  body: string,
  now: number,
): ClassifiedFailure {
  // vLLM and Mistral put the members of the error at the top.
  const answer = parseObject(body.trimStart());
  const error = asObject(answer?.['error']) ?? answer;
  const metadata = asObject(error?.['metadata']);
  const code = asText(error?.['code']) ?? asText(error?.['type']);
  const type = asText(error?.['type']) ?? '';
  const message = asText(error?.['message']) ?? fallbackMessage(status, body);
  const wait = retryAfterMs(headers, now) ?? waitInMessage(message, now);
  const shared = { message, ...(code ? { code } : {}), ...(wait === null ? {} : { retryAfterMs: wait }) };

  if ((code && OUT_OF_CREDIT.has(code)) || OUT_OF_CREDIT.has(type)) {
    return { ...shared, class: 'quota_exhausted', dimension: 'credit', wholeAccount: true };
  }
  if ((code && OVERLOADED.has(code)) || OVERLOADED.has(type)) return { ...shared, class: 'overloaded' };
  if (code === 'context_length_exceeded') return { ...shared, class: 'context_length' };
  // Another organisation's encrypted reasoning (github.com/openai/codex/issues/13724).
  if (code === 'invalid_encrypted_content') return { ...shared, class: 'reasoning_unreadable' };
  if (code === 'content_filter' || metadata?.['flagged_input'] !== undefined) {
    return { ...shared, class: 'content_filter' };
  }
  switch (status) {
    case 401:
      return { ...shared, class: 'key_invalid' };
    case 402:
      // OpenRouter: what is running has reserved the rest of the credit, and gives some of it back.
      if (metadata?.['limit_source'] === 'openrouter_in_flight_budget' && wait !== null) {
        return { ...shared, class: 'rate_limited', dimension: 'credit', wholeAccount: true };
      }
      return { ...shared, class: 'quota_exhausted', dimension: 'credit', wholeAccount: true };
    case 403:
      return { ...shared, class: 'permission_denied' };
    case 404:
      return { ...shared, class: /\bmodel\b/i.test(message) ? 'model_unavailable' : 'invalid_request' };
    case 408:
    case 504:
      return { ...shared, class: 'timeout' };
    case 429:
      if (/resource unavailable/i.test(message)) return { ...shared, class: 'overloaded' };
      return { ...shared, class: 'rate_limited', dimension: limitDimension(type, message) };
    case 503:
      return { ...shared, class: 'overloaded' };
    default:
      return { ...shared, class: status >= 500 ? 'server_error' : 'invalid_request' };
  }
}

function limitDimension(type: string, message: string): LimitDimension {
  if (type === 'tokens' || /tokens per (?:min|day)|\bTP[MD]\b/i.test(message)) return 'tokens';
  return 'requests';
}

/** "Please try again in 5.289s": the wait where a provider sends no header for it. */
function waitInMessage(message: string, now: number): number | null {
  const found = /try again in ((?:\d+(?:\.\d+)?(?:ms|s|m|h))+)/i.exec(message);
  const at = parseResetAt(found?.[1] ?? null, now);
  return at === null ? null : at - now;
}

function fallbackMessage(status: number, body: string): string {
  const text = body.replace(/\s+/g, ' ').trim().slice(0, 200);
  return text ? `HTTP ${status}: ${text}` : `The provider answered HTTP ${status} without a message.`;
}
