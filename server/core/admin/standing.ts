import type { Standing } from '../ports/metrics.ts';
import type { Router } from '../router/router.ts';
import type { Admin } from './admin.ts';

/** How keys, quotas and budgets stand now. Rejects if the store can't be read. */
export async function readStanding(admin: Admin, router: Router): Promise<Standing> {
  const [keys, budgets] = await Promise.all([admin.keys.list(), admin.budgets.list()]);
  return {
    running: router.running,
    keys: keys.filter(({ purpose }) => purpose === undefined),
    quotas: admin.quotas.status(null).map(({ record, used, capacity, prediction }) => ({
      id: record.id,
      owner: record.owner,
      family: record.family,
      dimension: record.dimension,
      leftShare: capacity > 0 ? Math.min(1, Math.max(0, 1 - used / capacity)) : 0,
      exhaustedAt: prediction?.at ?? null,
    })),
    budgets: budgets
      .filter(({ scope }) => !scope.eachConversation)
      .map(({ id, name, limitNano, remainingNano }) => ({ id, name, limitNano, leftNano: remainingNano })),
  };
}
