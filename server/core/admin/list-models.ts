import type { ProviderRecord } from '../../../shared/model/records.ts';
import { type FetchedAnswer, fetchAnswer } from '../fetch-answer.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClassifiedFailure, ProviderAdapter } from '../ports/provider.ts';
import type { Upstream, UpstreamRequest } from '../ports/upstream.ts';
import { networkFailure, redirectFailure } from '../router/attempt-failure.ts';

const MAX_LISTING_BYTES = 8 * 1024 * 1024;
const TIMEOUT_MS = 15_000;

/** What a provider's free model listing says of a key. */
export type Listing =
  | { readonly ok: true; readonly models: readonly string[] | null; readonly account: string | null }
  | { readonly ok: false; readonly failure: ClassifiedFailure };

/** Whom to ask, and through which proxy if not the usual way. */
export interface ListedProvider {
  readonly provider: ProviderRecord;
  readonly adapter: ProviderAdapter;
  readonly proxy: string | undefined;
}

/** Asks a provider which models a secret may use: the check of a key that costs nothing. Never rejects. */
export async function listModels(
  parts: { readonly upstream: Upstream; readonly clock: Clock },
  { provider, adapter, proxy }: ListedProvider,
  secret: string,
): Promise<Listing> {
  const url = new URL(adapter.modelsUrl(provider));
  const request: UpstreamRequest = {
    method: 'GET',
    origin: url.origin,
    path: url.pathname + url.search,
    headers: {
      accept: 'application/json',
      'accept-encoding': 'identity',
      ...adapter.defaultHeaders,
      ...provider.settings?.headers,
      ...adapter.authHeaders(secret, null),
    },
    body: null,
    ...(proxy === undefined ? {} : { proxy }),
    headTimeoutMs: TIMEOUT_MS,
    idleTimeoutMs: TIMEOUT_MS,
  };
  const authorization = await adapter.authorize?.(request, secret, provider);
  if (authorization?.ok === false) return authorization;
  const headers = { ...request.headers, ...authorization?.headers };
  const answer = await fetchAnswer(parts.upstream, { ...request, headers }, MAX_LISTING_BYTES);
  if (!answer.ok) return { ok: false, failure: networkFailure(answer.failure) };
  const listing = read(adapter, answer, parts.clock.now());
  const declared = Object.keys(provider.settings?.models ?? {});
  return listing.ok && declared.length > 0 ? { ...listing, models: declared } : listing;
}

function read(adapter: ProviderAdapter, { status, headers, text }: FetchedAnswer, now: number): Listing {
  if (status >= 300 && status < 400) return { ok: false, failure: redirectFailure(status) };
  const account = adapter.readAccount(headers);
  // Some compatible servers have no listing: that says nothing against the key.
  if (status === 404 && adapter.kind === 'openai-compatible') return { ok: true, models: null, account };
  if (status >= 400) {
    const failure = adapter.classify(status, headers, text ?? '', now);
    const forbidden = failure.class === 'permission_denied' && adapter.listingNeedsRights;
    return forbidden ? { ok: true, models: null, account } : { ok: false, failure };
  }
  return { ok: true, models: text === null ? null : readModels(adapter, text), account };
}

function readModels(adapter: ProviderAdapter, text: string): readonly string[] | null {
  try {
    return adapter.readModels(JSON.parse(text));
  } catch {
    return null;
  }
}
