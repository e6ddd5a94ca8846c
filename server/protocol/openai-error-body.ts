import type { RouterFailure } from '../core/ports/codec.ts';

/** OpenAI's error object: `{ error: { message, type, param, code } }`. */
export function openaiErrorBody(failure: RouterFailure, requestId: string): string {
  return JSON.stringify({
    error: {
      message: failure.message,
      type: errorType(failure.status),
      param: failure.code === 'missing_model' ? 'model' : null,
      code: failure.code,
    },
    request_id: requestId,
  });
}

function errorType(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 402) return 'insufficient_quota';
  if (status === 403) return 'permission_error';
  if (status === 404) return 'not_found_error';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}
