import { usdFromNano } from '../../shared/model/money.ts';
import { budgetIdOf } from '../core/budget/budget-book.ts';
import type { Core } from '../core/open-core.ts';
import { boundCost } from '../core/pricing/request-bounds.ts';
import type { RoutedRequest } from '../core/router/routed-request.ts';
import type { RouteCandidate } from '../core/routing/candidate-finder.ts';
import { noneEligible } from '../core/router/no-candidate.ts';
import { NoEligibleKeys } from './errors.ts';
import type { BudgetCheck, BudgetState, CostEstimation } from './api.ts';

/** Prices a request with the candidate that would be chosen now. */
export function estimateRequest(core: Core, request: RoutedRequest): CostEstimation {
  const candidate = chosen(core, request);
  const { estimate, tokens, facts, form, price } = candidate;
  const bounds = boundCost(price, form.facts, form.raw.length);
  return {
    estimated: usdFromNano(estimate?.expectedNano ?? 0),
    low: usdFromNano(estimate?.lowNano ?? 0),
    high: usdFromNano(estimate?.highNano ?? 0),
    worstCase: bounds.bounded ? usdFromNano(bounds.worstNano) : null,
    confidence: tokens?.confidence ?? 0,
    inputTokens: tokens?.inputTokens.expected ?? 0,
    outputTokens: tokens?.outputTokens.expected ?? 0,
    keyId: candidate.keyId,
    model: candidate.model,
    provider: candidate.providerId,
    cacheSavings: usdFromNano(facts.cacheSavesNano),
  };
}

/** Compares the worst case of a request with what its budgets have left. */
export async function fits(
  core: Core,
  request: RoutedRequest,
  states: readonly BudgetState[],
): Promise<BudgetCheck> {
  const { run, order } = core.router.preview(request);
  const candidate = order[0];
  if (!candidate) throw nobody(core, request);
  const { records, remaining } = await core.admin.budgets.remainingFor(run, candidate);
  const bounds = boundCost(candidate.price, candidate.form.facts, candidate.form.raw.length);
  const blocking = remaining.find(({ leftNano }) => leftNano !== null && bounds.worstNano > leftNano);
  const ids = new Set(records.map(({ id }) => id));
  return {
    allowed: blocking === undefined,
    budgets: states.filter(({ id }) => ids.has(id)),
    blockedBy: blocking ? budgetIdOf(blocking.subject) : null,
  };
}

function chosen(core: Core, request: RoutedRequest): RouteCandidate {
  const candidate = core.router.preview(request).order[0];
  if (!candidate) throw nobody(core, request);
  return candidate;
}

function nobody(core: Core, request: RoutedRequest): NoEligibleKeys {
  const { decision } = core.router.preview(request);
  return new NoEligibleKeys(
    noneEligible(request.facts.model, decision.skipped, decision.at, (id) => core.pool.nameOf(id)),
    request.id,
  );
}
