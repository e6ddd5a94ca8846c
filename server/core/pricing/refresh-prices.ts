import { fetchAnswer } from '../fetch-answer.ts';
import type { Clock } from '../ports/clock.ts';
import type { PriceBook } from '../ports/prices.ts';
import type { Upstream } from '../ports/upstream.ts';
import { RouterError } from '../router-error.ts';

const MAX_BYTES = 32 * 1024 * 1024;
const TIMEOUT_MS = 15_000;

/**
 * Takes over the price book's newest edition from where it is published, or from another address that has the same
 * data. Only when asked: nothing is fetched by itself. Throws `RouterError('prices_unavailable')`; the edition in use
 * then stays.
 */
export async function refreshPrices(
  parts: { readonly upstream: Upstream; readonly prices: PriceBook; readonly clock: Clock },
  source?: string,
): Promise<void> {
  const { upstream, prices, clock } = parts;
  const url = new URL(source ?? prices.source);
  const fetched = await fetchAnswer(
    upstream,
    {
      method: 'GET',
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      headers: { accept: 'application/json', 'accept-encoding': 'identity' },
      body: null,
      headTimeoutMs: TIMEOUT_MS,
      idleTimeoutMs: TIMEOUT_MS,
    },
    MAX_BYTES,
  );
  const refuse = (why: string): never => {
    const message = `The prices were not refreshed: ${why} Those of ${prices.edition} stay in use.`;
    throw new RouterError('prices_unavailable', message);
  };
  if (!fetched.ok) return refuse(`${url.host} could not be reached (${fetched.failure.message}).`);
  if (fetched.status !== 200) return refuse(`${url.host} answered with status ${fetched.status}.`);
  if (fetched.text === null) return refuse(`${url.host} sent more than ${MAX_BYTES} bytes.`);
  try {
    prices.use(JSON.parse(fetched.text), clock.now());
  } catch (error) {
    refuse(
      `what ${url.host} sent is no price book (${error instanceof Error ? error.message : 'unreadable'}).`,
    );
  }
}
