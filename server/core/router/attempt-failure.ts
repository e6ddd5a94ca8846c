import type { ClassifiedFailure, ProviderAdapter } from '../ports/provider.ts';
import type { HeaderMap, UpstreamFailure } from '../ports/upstream.ts';

/** A failure below HTTP, in the router's words. */
export function networkFailure(failure: UpstreamFailure): ClassifiedFailure {
  const timedOut = failure.code === 'head_timeout' || failure.code === 'idle_timeout';
  return { class: timedOut ? 'timeout' : 'network', code: failure.code, message: failure.message };
}

/** Following a redirect would hand the key to whoever it points at. */
export function redirectFailure(status: number): ClassifiedFailure {
  return {
    class: 'server_error',
    message: `The provider answered with a redirect (HTTP ${status}), which is not followed with a key. Check its base URL.`,
  };
}

/** An error event inside a stream means what the same error would mean as a status. */
export function streamFailure(
  adapter: ProviderAdapter,
  headers: HeaderMap,
  error: { readonly message: string; readonly type: string | null },
  now: number,
): ClassifiedFailure {
  const type = error.type ?? 'stream_error';
  const status = type.startsWith('rate_limit') ? 429 : 500;
  const body = JSON.stringify({ error: { type, code: type, message: error.message } });
  const failure = adapter.classify(status, headers, body, now);
  return failure.class === 'server_error' ? { ...failure, class: 'stream_error' } : failure;
}
