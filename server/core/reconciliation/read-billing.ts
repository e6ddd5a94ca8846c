import { type AskedProvider, askProvider } from '../ask-provider.ts';
import type { BilledAmount, BillingReader, DaySpan } from '../ports/billing.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClassifiedFailure } from '../ports/provider.ts';
import type { Upstream } from '../ports/upstream.ts';

const MAX_PAGE_BYTES = 8 * 1024 * 1024;
const MAX_PAGES = 50;
/** For all pages together. */
const PATIENCE_MS = 60_000;

export type Billing =
  | { readonly ok: true; readonly amounts: readonly BilledAmount[] }
  | { readonly ok: false; readonly failure: ClassifiedFailure };

/** Asks a provider what it billed in a span, page by page. All of it or nothing. Never rejects. */
export async function readBilling(
  parts: { readonly upstream: Upstream; readonly clock: Clock },
  asked: AskedProvider & { readonly reader: BillingReader; readonly secret: string },
  span: DaySpan,
): Promise<Billing> {
  const { provider, adapter, reader, secret } = asked;
  const deadline = parts.clock.now() + PATIENCE_MS;
  const amounts: BilledAmount[] = [];
  let page: string | null = null;
  for (let count = 0; count < MAX_PAGES; count++) {
    const url: URL = new URL(provider.baseUrl + reader.path(span, page));
    const result = await askProvider(parts.upstream, asked, { url, secret, maxBytes: MAX_PAGE_BYTES });
    if (!result.ok) return result;
    const { status, headers, text } = result.answer;
    if (status >= 400) {
      return { ok: false, failure: adapter.classify(status, headers, text ?? '', parts.clock.now()) };
    }
    const read = text === null ? null : reader.read(parse(text));
    if (!read) return failed('its answer is not what its documentation says, or too long.');
    amounts.push(...read.amounts.filter(({ day }) => day >= span.since && day < span.until));
    if (read.next === null) return { ok: true, amounts };
    if (read.next === page) return failed('it gives the same page again and again.');
    if (parts.clock.now() > deadline) return failed(`it took longer than ${PATIENCE_MS / 1000} s.`);
    page = read.next;
  }
  return failed(`it has more than ${MAX_PAGES} pages. Ask for fewer days.`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function failed(why: string): Billing {
  return { ok: false, failure: { class: 'server_error', message: `The bill could not be read: ${why}` } };
}
