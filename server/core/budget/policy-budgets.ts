import type { BudgetRecord, BudgetScope, TimeWindow } from '../../../shared/model/limits.ts';
import { NANO_PER_USD } from '../../../shared/model/money.ts';
import { holds } from '../policy/policy-facts.ts';
import type { PolicyScope } from '../policy/policy-schema.ts';
import type { PlacedRule, PolicySet, RuleOf } from '../policy/policy-set.ts';
import type { ActiveBudget } from './budget-book.ts';

const WINDOWS: Readonly<Record<RuleOf<'enforce_budget'>['budget_window'], TimeWindow['kind']>> = {
  hourly: 'hour',
  daily: 'day',
  weekly: 'week',
  monthly: 'month',
  total: 'total',
};

/** The budgets that policies declare. Their ids stay the same while policy and rule keep their places. */
export function policyBudgets(policies: PolicySet, at: number): readonly ActiveBudget[] {
  const budgets: ActiveBudget[] = [];
  for (const placed of policies.rules) {
    if (placed.rule.action === 'enforce_budget') budgets.push(toBudget(placed, placed.rule, at));
  }
  return budgets;
}

function toBudget(
  { reference, scope }: PlacedRule,
  rule: RuleOf<'enforce_budget'>,
  at: number,
): ActiveBudget {
  const { policy, index } = reference;
  const thresholds = rule.alert_threshold ?? [];
  const insufficient = rule.on_insufficient ?? 'reject';
  const record: BudgetRecord = {
    id: `policy/${policy}/${index}`,
    name: policy,
    scope: toScope(scope),
    limitNano: Math.round(rule.budget_limit * NANO_PER_USD),
    window: { kind: WINDOWS[rule.budget_window] } as TimeWindow,
    timeZone: null,
    enforcement: rule.enforcement_mode,
    alertThresholds: typeof thresholds === 'number' ? [thresholds] : thresholds,
    onInsufficient: typeof insufficient === 'string' ? [insufficient] : insufficient,
    downgradeTo: rule.downgrade_to ?? null,
    raise: null,
    policy,
    createdAt: at,
  };
  const { when } = rule;
  return when ? { record, applies: (facts) => holds(when, facts) } : { record };
}

function toScope(scope: PolicyScope): BudgetScope {
  const { virtual_key: virtualKey, tool, project, team, key, model, provider } = scope;
  return {
    ...(virtualKey === undefined ? {} : { virtualKey }),
    ...(tool === undefined ? {} : { tool }),
    ...(project === undefined ? {} : { project }),
    ...(team === undefined ? {} : { team }),
    ...(key === undefined ? {} : { key }),
    ...(model === undefined ? {} : { model }),
    ...(provider === undefined ? {} : { provider }),
  };
}
