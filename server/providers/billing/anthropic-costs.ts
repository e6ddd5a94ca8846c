import type { BillingReader } from '../../core/ports/billing.ts';
import { asText } from '../../protocol/read-json.ts';
import { readBuckets, readResults } from './billing-pages.ts';
import { CENTS, readAmount } from './decimal-amount.ts';

const MOST_BUCKETS = 31;
/** The default workspace has no id. */
const DEFAULT_WORKSPACE = 'default';

/**
 * Anthropic's cost report, by day and workspace, in cents as decimal texts
 * (https://platform.claude.com/docs/en/api/admin/cost_report/retrieve). It can't be grouped by API key; the usage report
 * can, but tells tokens.
 */
export const anthropicCosts: BillingReader = {
  keysUrl: 'https://platform.claude.com/settings/admin-keys',
  scope: 'workspace',
  // https://platform.claude.com/docs/en/manage-claude/usage-cost-api
  leavesOut: ['Anthropic does not report the costs of its Priority Tier.'],
  path: ({ since, until }, page) => {
    const query = new URLSearchParams({
      starting_at: new Date(since).toISOString(),
      ending_at: new Date(until).toISOString(),
      bucket_width: '1d',
      limit: String(MOST_BUCKETS),
      'group_by[]': 'workspace_id',
      ...(page === null ? {} : { page }),
    });
    return `/v1/organizations/cost_report?${query.toString()}`;
  },
  read: (json) =>
    readBuckets(json, (bucket) => {
      const day = Date.parse(asText(bucket['starting_at']) ?? '');
      if (Number.isNaN(day)) return null;
      return readResults(bucket, (result) => {
        const nano = readAmount(result['amount'], CENTS);
        if (nano === null || result['currency'] !== 'USD') return null;
        return { day, scope: asText(result['workspace_id']) ?? DEFAULT_WORKSPACE, nano };
      });
    }),
};
