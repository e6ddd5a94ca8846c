import type { BillingReader } from '../../core/ports/billing.ts';
import { asObject, asText } from '../../protocol/read-json.ts';
import { readBuckets, readResults } from './billing-pages.ts';
import { DOLLARS, readAmount } from './decimal-amount.ts';

/** The API gives 180 buckets at most, and more than are asked for here. */
const MOST_BUCKETS = 180;

/**
 * OpenAI's costs, which "reconcile back to your billing invoice", by day and project
 * (https://platform.openai.com/docs/api-reference/usage/costs). It can also group by API key, but names keys by ids that
 * no key knows of itself.
 */
export const openaiCosts: BillingReader = {
  keysUrl: 'https://platform.openai.com/settings/organization/admin-keys',
  scope: 'project',
  leavesOut: [],
  path: ({ since, until }, page) => {
    const query = new URLSearchParams({
      start_time: String(since / 1000),
      end_time: String(until / 1000),
      bucket_width: '1d',
      limit: String(MOST_BUCKETS),
      group_by: 'project_id',
      ...(page === null ? {} : { page }),
    });
    return `/v1/organization/costs?${query.toString()}`;
  },
  read: (json) =>
    readBuckets(json, (bucket) => {
      const start = bucket['start_time'];
      if (typeof start !== 'number' || !Number.isSafeInteger(start)) return null;
      return readResults(bucket, (result) => {
        const amount = asObject(result['amount']);
        const nano = readAmount(amount?.['value'], DOLLARS);
        if (nano === null || asText(amount?.['currency'])?.toLowerCase() !== 'usd') return null;
        return { day: start * 1000, scope: asText(result['project_id']), nano };
      });
    }),
  // `organisation/project`, as the headers of answers name them.
  scopeOf: (account) => account.split('/')[1] ?? null,
};
