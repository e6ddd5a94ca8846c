import type { RouterFailure } from '../core/ports/codec.ts';

/** Anthropic's error object (types: Anthropic, "Errors"), with the router's stable code beside its type. */
export function anthropicErrorBody(failure: RouterFailure, requestId: string): string {
  return JSON.stringify({
    type: 'error',
    error: { type: errorType(failure.status), message: failure.message, code: failure.code },
    request_id: requestId,
  });
}

function errorType(status: number): string {
  switch (status) {
    case 401:
      return 'authentication_error';
    case 402:
      return 'billing_error';
    case 403:
      return 'permission_error';
    case 404:
      return 'not_found_error';
    case 413:
      return 'request_too_large';
    case 429:
      return 'rate_limit_error';
    case 503:
    case 529:
      return 'overloaded_error';
    default:
      return status >= 500 ? 'api_error' : 'invalid_request_error';
  }
}
