import type { ClassifiedFailure } from '../core/ports/provider.ts';
import type { HeaderMap } from '../core/ports/upstream.ts';
import { asObject, asText, parseObject } from '../protocol/read-json.ts';
import { headerCount, parseResetAt, retryAfterMs } from './reset-time.ts';

/** Classes of Anthropic's errors (docs.anthropic.com, "Errors"): the type in the body says more than the status. */
export function classifyAnthropic(
  status: number,
  headers: HeaderMap,
  body: string,
  now: number,
): ClassifiedFailure {
  const error = asObject(parseObject(body.trimStart())?.['error']);
  const type = asText(error?.['type']) ?? typeOfStatus(status);
  const detail = asText(asObject(error?.['details'])?.['error_code']);
  const message = asText(error?.['message']) ?? `The provider answered HTTP ${status} without a message.`;
  const wait = retryAfterMs(headers, now);
  const shared = { message, code: detail ?? type, ...(wait === null ? {} : { retryAfterMs: wait }) };

  switch (type) {
    case 'rate_limit_error':
      // A spending cap comes as a rate limit; it ends with the month, not with the minute.
      if (detail === 'enforced_spend_limit_reached') {
        const pause = startOfNextMonthUtc(now) - now;
        const exhausted = { class: 'quota_exhausted', dimension: 'credit', wholeAccount: true } as const;
        return { ...shared, ...exhausted, retryAfterMs: pause };
      }
      return { ...shared, class: 'rate_limited', dimension: spentDimension(headers) };
    case 'billing_error':
      return { ...shared, class: 'quota_exhausted', dimension: 'credit', wholeAccount: true };
    case 'authentication_error':
      return { ...shared, class: 'key_invalid' };
    case 'permission_error':
      return { ...shared, class: 'permission_denied' };
    case 'overloaded_error':
      return { ...shared, class: 'overloaded' };
    case 'timeout_error':
      return { ...shared, class: 'timeout' };
    case 'not_found_error':
      return { ...shared, class: /\bmodel\b/i.test(message) ? 'model_unavailable' : 'invalid_request' };
    case 'api_error':
      return { ...shared, class: 'server_error' };
    default:
      if (/credit balance is too low/i.test(message)) {
        return { ...shared, class: 'quota_exhausted', dimension: 'credit', wholeAccount: true };
      }
      if (/reached your specified (?:workspace )?API usage limits/i.test(message)) {
        return { ...shared, ...ownSpendLimit(message, now) };
      }
      if (/prompt is too long|exceed context limit/i.test(message)) {
        return { ...shared, class: 'context_length' };
      }
      return { ...shared, class: status >= 500 ? 'server_error' : 'invalid_request' };
  }
}

function typeOfStatus(status: number): string {
  const types: Readonly<Record<number, string>> = {
    401: 'authentication_error',
    402: 'billing_error',
    403: 'permission_error',
    404: 'not_found_error',
    413: 'request_too_large',
    429: 'rate_limit_error',
    503: 'overloaded_error',
    504: 'timeout_error',
    529: 'overloaded_error',
  };
  return types[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');
}

/** The limit that reads zero is the one that was hit. */
function spentDimension(headers: HeaderMap): 'requests' | 'input_tokens' | 'output_tokens' | 'tokens' {
  const names = [
    ['requests', 'requests'],
    ['input-tokens', 'input_tokens'],
    ['output-tokens', 'output_tokens'],
  ] as const;
  for (const [name, dimension] of names) {
    if (headerCount(headers, `anthropic-ratelimit-${name}-remaining`) === 0) return dimension;
  }
  return 'tokens';
}

/** A limit that the organisation set itself. A workspace's holds for its own keys, not for the organisation's. */
function ownSpendLimit(message: string, now: number): Omit<ClassifiedFailure, 'message'> {
  const day = /regain access on (\d{4}-\d\d-\d\d) at 00:00 UTC/i.exec(message)?.[1];
  const end = parseResetAt(day === undefined ? null : `${day}T00:00:00Z`, now);
  return {
    class: 'quota_exhausted',
    dimension: 'credit',
    wholeAccount: true,
    ...(/workspace/i.test(message) ? { owner: 'key' } : {}),
    ...(end === null ? {} : { retryAfterMs: end - now }),
  };
}

function startOfNextMonthUtc(now: number): number {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}
