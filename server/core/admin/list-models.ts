import { type AskedProvider, askProvider } from '../ask-provider.ts';
import type { FetchedAnswer } from '../fetch-answer.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClassifiedFailure, ProviderAdapter } from '../ports/provider.ts';
import type { Upstream } from '../ports/upstream.ts';

const MAX_LISTING_BYTES = 8 * 1024 * 1024;

/** What a provider's free model listing says of a key. */
export type Listing =
  | { readonly ok: true; readonly models: readonly string[] | null; readonly account: string | null }
  | { readonly ok: false; readonly failure: ClassifiedFailure };

/** Asks a provider which models a secret may use: the check of a key that costs nothing. Never rejects. */
export async function listModels(
  parts: { readonly upstream: Upstream; readonly clock: Clock },
  asked: AskedProvider,
  secret: string,
): Promise<Listing> {
  const { provider, adapter } = asked;
  const url = new URL(adapter.modelsUrl(provider));
  const result = await askProvider(parts.upstream, asked, { url, secret, maxBytes: MAX_LISTING_BYTES });
  if (!result.ok) return result;
  const listing = read(adapter, result.answer, parts.clock.now());
  const declared = Object.keys(provider.settings?.models ?? {});
  return listing.ok && declared.length > 0 ? { ...listing, models: declared } : listing;
}

function read(adapter: ProviderAdapter, { status, headers, text }: FetchedAnswer, now: number): Listing {
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
