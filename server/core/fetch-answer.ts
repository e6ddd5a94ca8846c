import { concatBytes } from '../../shared/model/bytes.ts';
import type { HeaderMap, Upstream, UpstreamFailure, UpstreamRequest } from './ports/upstream.ts';

/** A short answer as a whole; no text if it was longer than allowed. */
export interface FetchedAnswer {
  readonly status: number;
  readonly headers: HeaderMap;
  readonly text: string | null;
}

/** Sends one request and collects its answer. Never rejects. */
export function fetchAnswer(
  upstream: Upstream,
  request: UpstreamRequest,
  maxBytes: number,
): Promise<
  ({ readonly ok: true } & FetchedAnswer) | { readonly ok: false; readonly failure: UpstreamFailure }
> {
  return new Promise((resolve) => {
    let status = 0;
    let headers: HeaderMap = {};
    const body: Uint8Array[] = [];
    let size = 0;
    const call = upstream.dispatch(request, {
      onHead: (code, received) => {
        status = code;
        headers = received;
      },
      onData: (chunk) => {
        size += chunk.length;
        body.push(chunk);
        if (size > maxBytes) {
          call.abort();
          resolve({ ok: true, status, headers, text: null });
        }
        return true;
      },
      onEnd: () => resolve({ ok: true, status, headers, text: new TextDecoder().decode(concatBytes(body)) }),
      onFailure: (failure) => resolve({ ok: false, failure }),
    });
  });
}
