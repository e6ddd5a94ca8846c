import type { BilledAmount, BillingReader } from '../../core/ports/billing.ts';
import { asObject, asText } from '../../protocol/read-json.ts';
import { DOLLARS, readAmount } from './decimal-amount.ts';

/**
 * OpenRouter's activity: what each endpoint was used for on a day, without today; needs a management key
 * (https://openrouter.ai/docs/api/api-reference/analytics/get-user-activity). There is one page.
 */
export const openrouterActivity: BillingReader = {
  keysUrl: 'https://openrouter.ai/settings/management-keys',
  scope: null,
  leavesOut: ['What other providers bill for keys of your own that OpenRouter uses is not in its activity.'],
  completedDays: 30,
  path: () => '/v1/activity',
  read: (json) => {
    const data = asObject(json)?.['data'];
    if (!Array.isArray(data)) return null;
    const amounts = data.map(readItem);
    return amounts.every((amount) => amount !== null) ? { amounts, next: null } : null;
  },
};

/** Dates are `2025-08-24` in its documentation and `2025-08-24 00:00:00` in its answers. */
function readItem(entry: unknown): BilledAmount | null {
  const item = asObject(entry);
  const date = /^\d{4}-\d\d-\d\d(?=$|[ T])/.exec(asText(item?.['date']) ?? '')?.[0];
  const nano = readAmount(item?.['usage'], DOLLARS);
  const day = Date.parse(date ?? '');
  return nano === null || Number.isNaN(day) ? null : { day, scope: null, nano };
}
