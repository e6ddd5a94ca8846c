import type { BilledAmount, BillingPage } from '../../core/ports/billing.ts';
import { asObject, asText } from '../../protocol/read-json.ts';

/**
 * The pages in which OpenAI and Anthropic tell costs: a list of buckets, a day each, with results in them. `null` as soon
 * as anything can't be read: half a bill is none.
 */
export function readBuckets(
  json: unknown,
  readBucket: (bucket: Readonly<Record<string, unknown>>) => readonly BilledAmount[] | null,
): BillingPage | null {
  const page = asObject(json);
  const buckets = page?.['data'];
  if (!page || !Array.isArray(buckets)) return null;
  const amounts: BilledAmount[] = [];
  for (const entry of buckets) {
    const bucket = asObject(entry);
    const read = bucket && readBucket(bucket);
    if (!read) return null;
    amounts.push(...read);
  }
  if (page['has_more'] !== true) return { amounts, next: null };
  const next = asText(page['next_page']);
  return next === null ? null : { amounts, next };
}

/** All results of a bucket; `null` unless each can be read. */
export function readResults(
  bucket: Readonly<Record<string, unknown>>,
  read: (result: Readonly<Record<string, unknown>>) => BilledAmount | null,
): readonly BilledAmount[] | null {
  const results = bucket['results'];
  if (!Array.isArray(results)) return null;
  const amounts = results.map((entry) => {
    const result = asObject(entry);
    return result && read(result);
  });
  return amounts.every((amount) => amount !== null) ? amounts : null;
}
