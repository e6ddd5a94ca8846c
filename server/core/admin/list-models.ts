import { concatBytes } from '../../../shared/model/bytes.ts';
import type { ProviderRecord } from '../../../shared/model/records.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClassifiedFailure, ProviderAdapter } from '../ports/provider.ts';
import type { HeaderMap, Upstream } from '../ports/upstream.ts';
import { networkFailure, redirectFailure } from '../router/attempt-failure.ts';

const MAX_LISTING_BYTES = 8 * 1024 * 1024;
const TIMEOUT_MS = 15_000;

/** What a provider's free model listing says of a key. */
export type Listing =
  | { readonly ok: true; readonly models: readonly string[] | null; readonly account: string | null }
  | { readonly ok: false; readonly failure: ClassifiedFailure };

/** Asks a provider which models a secret may use: the check of a key that costs nothing. Never rejects. */
export function listModels(
  parts: { readonly upstream: Upstream; readonly clock: Clock },
  provider: ProviderRecord,
  adapter: ProviderAdapter,
  secret: string,
): Promise<Listing> {
  const base = new URL(provider.baseUrl);
  const prefix = base.pathname === '/' ? '' : base.pathname;
  return new Promise((resolve) => {
    let status = 0;
    let headers: HeaderMap = {};
    const body: Uint8Array[] = [];
    let size = 0;
    const call = parts.upstream.dispatch(
      {
        method: 'GET',
        origin: base.origin,
        path: `${prefix}${adapter.modelsPath}`,
        headers: {
          accept: 'application/json',
          'accept-encoding': 'identity',
          ...adapter.defaultHeaders,
          ...adapter.authHeaders(secret),
        },
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
          body.push(chunk);
          if (size > MAX_LISTING_BYTES) {
            call.abort();
            resolve({ ok: true, models: null, account: adapter.readAccount(headers) });
          }
          return true;
        },
        onEnd: () => resolve(read(adapter, status, headers, concatBytes(body), parts.clock.now())),
        onFailure: (failure) => resolve({ ok: false, failure: networkFailure(failure) }),
      },
    );
  });
}

function read(
  adapter: ProviderAdapter,
  status: number,
  headers: HeaderMap,
  bytes: Uint8Array,
  now: number,
): Listing {
  const text = new TextDecoder().decode(bytes);
  if (status >= 300 && status < 400) return { ok: false, failure: redirectFailure(status) };
  const account = adapter.readAccount(headers);
  // Some compatible servers have no listing: that says nothing against the key.
  if (status === 404 && adapter.kind === 'openai-compatible') return { ok: true, models: null, account };
  if (status >= 400) return { ok: false, failure: adapter.classify(status, headers, text, now) };
  return { ok: true, models: readModels(adapter, text), account };
}

function readModels(adapter: ProviderAdapter, text: string): readonly string[] | null {
  try {
    return adapter.readModels(JSON.parse(text));
  } catch {
    return null;
  }
}
