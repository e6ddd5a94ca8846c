import type { ProviderRecord } from '../../shared/model/records.ts';
import { type FetchedAnswer, fetchAnswer } from './fetch-answer.ts';
import type { ClassifiedFailure, ProviderAdapter } from './ports/provider.ts';
import type { Upstream, UpstreamRequest } from './ports/upstream.ts';
import { networkFailure, redirectFailure } from './router/attempt-failure.ts';

const TIMEOUT_MS = 15_000;

/** Whom to ask, and through which proxy if not the usual way. */
export interface AskedProvider {
  readonly provider: ProviderRecord;
  readonly adapter: ProviderAdapter;
  readonly proxy: string | undefined;
}

/** Gets what a provider says of a key or an account, with that key. Costs nothing. Never rejects. */
export async function askProvider(
  upstream: Upstream,
  { provider, adapter, proxy }: AskedProvider,
  asked: { readonly url: URL; readonly secret: string; readonly maxBytes: number },
): Promise<
  | { readonly ok: true; readonly answer: FetchedAnswer }
  | { readonly ok: false; readonly failure: ClassifiedFailure }
> {
  const { url, secret } = asked;
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
  const answer = await fetchAnswer(upstream, { ...request, headers }, asked.maxBytes);
  if (!answer.ok) return { ok: false, failure: networkFailure(answer.failure) };
  const { status } = answer;
  if (status >= 300 && status < 400) return { ok: false, failure: redirectFailure(status) };
  return { ok: true, answer };
}
