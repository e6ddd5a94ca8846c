import { concatBytes } from '../../../shared/model/bytes.ts';
import type { HeaderMap, Upstream, UpstreamFailure } from '../ports/upstream.ts';

const TIMEOUT_MS = 15_000;

/** What an address answered; `bytes` is `null` if it was more than allowed. */
export type Fetched =
  | {
      readonly ok: true;
      readonly status: number;
      readonly headers: HeaderMap;
      readonly bytes: Uint8Array | null;
    }
  | { readonly ok: false; readonly failure: UpstreamFailure };

/** Gets an address whole, at most so many bytes of it. Never rejects. */
export function fetchBody(
  upstream: Upstream,
  address: { readonly origin: string; readonly path: string; readonly headers?: Record<string, string> },
  maxBytes: number,
): Promise<Fetched> {
  return new Promise((resolve) => {
    let status = 0;
    let headers: HeaderMap = {};
    const pieces: Uint8Array[] = [];
    let size = 0;
    const call = upstream.dispatch(
      {
        method: 'GET',
        origin: address.origin,
        path: address.path,
        headers: { accept: 'application/json', 'accept-encoding': 'identity', ...address.headers },
        body: null,
        headTimeoutMs: TIMEOUT_MS,
        idleTimeoutMs: TIMEOUT_MS,
      },
      {
        onHead: (code, received) => {
          status = code;
          headers = received;
        },
        onData: (chunk) => {
          size += chunk.length;
          pieces.push(chunk);
          if (size > maxBytes) {
            call.abort();
            resolve({ ok: true, status, headers, bytes: null });
          }
          return true;
        },
        onEnd: () => resolve({ ok: true, status, headers, bytes: concatBytes(pieces) }),
        onFailure: (failure) => resolve({ ok: false, failure }),
      },
    );
  });
}
