import type { ProviderRecord } from '../../../shared/model/records.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClassifiedFailure, ProviderAdapter } from '../ports/provider.ts';
import type { HeaderMap, Upstream } from '../ports/upstream.ts';
import { fetchBody } from './fetch-body.ts';
import { networkFailure, redirectFailure } from '../router/attempt-failure.ts';

const MAX_LISTING_BYTES = 8 * 1024 * 1024;

/** What a provider's free model listing says of a key. */
export type Listing =
  | { readonly ok: true; readonly models: readonly string[] | null; readonly account: string | null }
  | { readonly ok: false; readonly failure: ClassifiedFailure };

/** Asks a provider which models a secret may use: the check of a key that costs nothing. Never rejects. */
export async function listModels(
  parts: { readonly upstream: Upstream; readonly clock: Clock },
  provider: ProviderRecord,
  adapter: ProviderAdapter,
  secret: string,
): Promise<Listing> {
  const base = new URL(provider.baseUrl);
  const prefix = base.pathname === '/' ? '' : base.pathname;
  const headers = { ...adapter.defaultHeaders, ...adapter.authHeaders(secret) };
  const fetched = await fetchBody(
    parts.upstream,
    { origin: base.origin, path: `${prefix}${adapter.modelsPath}`, headers },
    MAX_LISTING_BYTES,
  );
  if (!fetched.ok) return { ok: false, failure: networkFailure(fetched.failure) };
  // A listing that never ends says nothing against the key.
  if (!fetched.bytes) return { ok: true, models: null, account: adapter.readAccount(fetched.headers) };
  return read(adapter, fetched.status, fetched.headers, fetched.bytes, parts.clock.now());
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
