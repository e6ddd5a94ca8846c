import type { RouterFailure } from '../core/ports/codec.ts';

/** Google's error object (google.rpc.Status), with the router's stable code as the reason. */
export function geminiErrorBody(failure: RouterFailure, requestId: string): string {
  const info = {
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    reason: failure.code,
    domain: 'apikeyrouter',
    metadata: { request_id: requestId },
  };
  const { status: code, message } = failure;
  return JSON.stringify({ error: { code, message, status: statusName(code), details: [info] } });
}

/** Names of google.rpc.Code by HTTP status (google/rpc/code.proto). */
function statusName(status: number): string {
  switch (status) {
    case 401:
      return 'UNAUTHENTICATED';
    case 403:
      return 'PERMISSION_DENIED';
    case 404:
      return 'NOT_FOUND';
    case 409:
      return 'ABORTED';
    case 402:
    case 429:
      return 'RESOURCE_EXHAUSTED';
    case 503:
    case 529:
      return 'UNAVAILABLE';
    case 504:
      return 'DEADLINE_EXCEEDED';
    default:
      return status >= 500 ? 'INTERNAL' : 'INVALID_ARGUMENT';
  }
}
