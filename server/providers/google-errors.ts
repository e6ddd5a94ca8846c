import type { ClassifiedFailure } from '../core/ports/provider.ts';
import type { HeaderMap } from '../core/ports/upstream.ts';
import type { LimitDimension } from '../../shared/model/states.ts';
import { asObject, asText, type JsonObject } from '../protocol/read-json.ts';
import { parseGoDuration, retryAfterMs } from './reset-time.ts';

/**
 * Classes of Google's errors (google.rpc.Status, cloud.google.com/apis/design/errors): the details say more than the
 * status. Some endpoints wrap the body into an array.
 */
export function classifyGoogle(
  status: number,
  headers: HeaderMap,
  body: string,
  now: number,
): ClassifiedFailure {
  const error = readError(body);
  const details = detailsOf(error);
  const reason = text(details, 'reason');
  const code = reason ?? asText(error?.['status']) ?? asText(error?.['type']);
  const message = asText(error?.['message']) ?? `The provider answered HTTP ${status} without a message.`;
  const delay = text(details, 'retryDelay');
  const wait = retryAfterMs(headers, now) ?? (delay === null ? null : parseGoDuration(delay));
  const shared = { message, ...(code ? { code } : {}), ...(wait === null ? {} : { retryAfterMs: wait }) };

  if (reason === 'API_KEY_INVALID' || /API key (?:not valid|expired)/i.test(message)) {
    return { ...shared, class: 'key_invalid' };
  }
  if (/input token count .*exceeds|exceeds the maximum number of tokens/i.test(message)) {
    return { ...shared, class: 'context_length' };
  }
  // Thoughts of another account (github.com/google-gemini/gemini-cli/issues/13467).
  if (status === 400 && /thought signature/i.test(message)) {
    return { ...shared, class: 'reasoning_unreadable' };
  }
  switch (status) {
    case 401:
      return { ...shared, class: 'key_invalid' };
    case 402:
      return { ...shared, class: 'quota_exhausted', dimension: 'credit', wholeAccount: true };
    case 403:
      // A suspended key serves nothing any more; other refusals are for this model or service.
      return {
        ...shared,
        class: /has been suspended|leaked/i.test(message) ? 'key_invalid' : 'permission_denied',
      };
    case 404:
      return { ...shared, class: /\bmodels?\b/i.test(message) ? 'model_unavailable' : 'invalid_request' };
    case 408:
    case 504:
      return { ...shared, class: 'timeout' };
    case 429:
      return { ...shared, ...exhausted(details, message) };
    case 503:
    case 529:
      return { ...shared, class: 'overloaded' };
    default:
      return { ...shared, class: status >= 500 ? 'server_error' : 'invalid_request' };
  }
}

/** A day's quota is back at midnight Pacific time, a minute's soon; without a quota's name it is taken for a minute's. */
function exhausted(
  details: readonly JsonObject[],
  message: string,
): Pick<ClassifiedFailure, 'class' | 'dimension'> {
  const quota = text(details, 'quotaId') ?? text(details, 'quota_limit') ?? '';
  const dimension: LimitDimension = /Token/i.test(quota) ? 'input_tokens' : 'requests';
  if (/PerDay/i.test(quota)) return { class: 'quota_exhausted', dimension };
  if (/prepayment credits|billing|spend(?:ing)? cap/i.test(message)) {
    return { class: 'quota_exhausted', dimension: 'credit' };
  }
  return { class: 'rate_limited', dimension };
}

function readError(body: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(body);
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return asObject(asObject(first)?.['error']) ?? asObject(first);
  } catch {
    return null;
  }
}

/** The details with what they contain (`violations`, `metadata`), flat. */
function detailsOf(error: JsonObject | null): readonly JsonObject[] {
  const details: unknown = error?.['details'];
  if (!Array.isArray(details)) return [];
  return details.flatMap((entry: unknown) => {
    const detail = asObject(entry);
    if (!detail) return [];
    const violations: unknown = detail['violations'];
    const nested = [detail['metadata'], ...(Array.isArray(violations) ? (violations as unknown[]) : [])];
    return [detail, ...nested.map(asObject).filter((part) => part !== null)];
  });
}

function text(details: readonly JsonObject[], name: string): string | null {
  for (const detail of details) {
    const value = asText(detail[name]);
    if (value !== null) return value;
  }
  return null;
}
