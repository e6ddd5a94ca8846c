import type { Objective } from '../../../shared/model/objectives.ts';
import type { SkipReason } from '../../../shared/model/reasons.ts';
import type { RuleReference } from '../../../shared/model/trace.ts';
import { NANO_PER_USD, type NanoUsd } from '../../../shared/model/money.ts';
import { Bounded } from '../bounded-map.ts';
import type { ModelTarget } from '../model-names/resolution.ts';
import { matchesPattern } from '../name-pattern.ts';
import { type KeyFacts, matchesModel } from './policy-facts.ts';
import { countsFor, type PlacedRule, type RequestRules, type RuleOf } from './policy-set.ts';

const OBJECTIVE_ACTIONS = [
  'prefer_lowest_cost',
  'prefer_high_reliability',
  'prefer_fastest',
  'prefer_fairness',
  'prefer_quality',
  'optimize',
] as const;
const MS_PER_MINUTE = 60_000;

/** A bound with the rule that set it. */
export interface Bound {
  readonly value: number;
  readonly rule: RuleReference;
}

/** Candidates below the rate are left out; with `soft` only while another one reaches it. */
export interface SuccessBound extends Bound {
  readonly soft: boolean;
}

/** What the policies say of one request: read off once, before candidates are looked at. */
export interface RoutePlan {
  readonly objective: Objective | null;
  /** Models and names of models in the order in which they are to be tried, the first being what is asked for unless a rule replaces it. */
  readonly models: readonly string[];
  readonly maxCost: Bound | null;
  readonly minSuccessRates: readonly SuccessBound[];
  readonly avoidExhaustion: (Bound & { readonly minConfidence: number }) | null;
  readonly unknownPrice: { readonly mode: 'reject' | 'allow'; readonly rule: RuleReference } | null;
  readonly unbounded: {
    readonly mode: 'inject_limit' | 'reject' | 'allow';
    readonly outputLimit: number | null;
    readonly rule: RuleReference;
  } | null;
  readonly maxAttempts: number | null;
  readonly deadlineMs: number | null;
  readonly hedgeAfterMs: number | null;
  readonly sticky: boolean;
  /** Refuse the request rather than answering without the reasoning that only another account can read. */
  readonly keepReasoning: boolean;
  /** Rules that have a say whichever keys there are, each once. */
  readonly applied: readonly RuleReference[];
  /** The first constraint that leaves a candidate out. */
  refuse(key: KeyFacts, target: PlannedModel): Refusal;
  /** The first rule that prefers keys and counts for this one. */
  preferenceFor(key: KeyFacts, target: PlannedModel): PlacedRule | null;
}

/** Plans are the same for all requests of a model that the same rules apply to, unless one looks at the size. */
const PLANS = new WeakMap<RequestRules, Bounded<string, RoutePlan>>();
const MAX_REMEMBERED = 256;

type Refusal = { readonly reason: SkipReason; readonly rule: RuleReference } | null;

/** A candidate's model, and the names that led to it; `null` where no model is used. */
type PlannedModel = Pick<ModelTarget, 'via'> & { readonly model: string | null };

function firstRefusal(
  constraints: readonly PlacedRule[],
  key: KeyFacts,
  asked: string,
  target: PlannedModel,
): Refusal {
  for (const placed of constraints) {
    if (!countsFor(placed, key) || !isAbout(placed, asked, target)) continue;
    const reason = placed.constraint?.(key, target.model) ?? null;
    if (reason) return { reason, rule: placed.reference };
  }
  return null;
}

/** Of a group's models a rule that is for one of them leaves the others alone. */
function isAbout({ scope }: PlacedRule, asked: string, { model, via }: PlannedModel): boolean {
  return (
    scope.model === undefined ||
    matchesPattern(scope.model, asked) ||
    matchesModel(scope.model, model ?? '', via)
  );
}

/** Reads the plan of a request off the rules that apply to it. */
export function planRoute(rules: RequestRules, model: string, inputTokens: number): RoutePlan {
  if (rules.all('use_cheaper_model').length > 0) return readPlan(rules, model, inputTokens);
  let plans = PLANS.get(rules);
  if (!plans) PLANS.set(rules, (plans = new Bounded(MAX_REMEMBERED)));
  let plan = plans.peek(model);
  if (!plan) plans.set(model, (plan = readPlan(rules, model, inputTokens)));
  return plan;
}

function readPlan(rules: RequestRules, model: string, inputTokens: number): RoutePlan {
  const { constraints, preferences } = rules;
  // What is declared of a key is another object when it changes.
  const refusals = new WeakMap<KeyFacts, Refusal>();
  const applied = new Set<RuleReference>();
  const note = ({ reference }: PlacedRule): void => {
    applied.add(reference);
  };
  constraints.forEach(note);
  const objective = rules.first(OBJECTIVE_ACTIONS);
  const sticky = rules.first(['sticky']);
  const cheaper = rules
    .all('use_cheaper_model')
    .find(({ rule }) => rule.max_input_tokens === undefined || inputTokens <= rule.max_input_tokens);
  const fallbacks = rules.first(['fallback_models']);
  const hedge = rules.first(['hedge_after']);
  const unknownPrice = rules.all('on_unknown_price').find(({ rule }) => rule.mode === 'reject') ?? null;
  const unbounded = strictest(rules.all('on_unbounded'), ({ rule }) => UNBOUNDED_RANK[rule.mode]);
  const reasoning = rules.all('other_account_reasoning').find(({ rule }) => rule.mode === 'refuse') ?? null;
  const attempts = strictest(rules.all('max_attempts'), ({ rule }) => rule.attempts);
  const deadline = strictest(rules.all('deadline'), ({ rule }) => rule.deadline_ms);
  const exhaustion = strictest(rules.all('avoid_predicted_exhaustion'), ({ rule }) => -rule.within_minutes);
  for (const placed of [
    objective,
    sticky,
    cheaper,
    fallbacks,
    hedge,
    unknownPrice,
    unbounded,
    reasoning,
    attempts,
    deadline,
  ]) {
    if (placed) note(placed);
  }
  if (exhaustion) note(exhaustion);
  const maxCost = lowestCost(rules);
  const minSuccessRates = successBounds(rules);
  for (const bound of [maxCost, ...minSuccessRates]) {
    if (bound) applied.add(bound.rule);
  }
  const once =
    objective?.rule.action === 'prefer_high_reliability' && objective.rule.allow_fallback === false;
  return {
    objective: objective ? objectiveOf(objective.rule) : null,
    // What names no model is not served by another one.
    models:
      model === ''
        ? ['']
        : [
            ...new Set([
              cheaper?.rule.model ?? model,
              ...(cheaper ? [model] : []),
              ...(fallbacks?.rule.models ?? []),
            ]),
          ],
    maxCost,
    minSuccessRates,
    avoidExhaustion: exhaustion && {
      value: exhaustion.rule.within_minutes * MS_PER_MINUTE,
      minConfidence: exhaustion.rule.min_confidence ?? 0.5,
      rule: exhaustion.reference,
    },
    unknownPrice: unknownPrice && { mode: unknownPrice.rule.mode, rule: unknownPrice.reference },
    unbounded: unbounded && {
      mode: unbounded.rule.mode,
      outputLimit: unbounded.rule.output_limit ?? null,
      rule: unbounded.reference,
    },
    maxAttempts: once ? 1 : (attempts?.rule.attempts ?? null),
    deadlineMs: deadline?.rule.deadline_ms ?? null,
    hedgeAfterMs: hedge?.rule.after_ms ?? null,
    sticky: sticky?.rule.enabled ?? true,
    keepReasoning: reasoning !== null,
    applied: [...applied],
    refuse: (key, target) => {
      if (target.model !== model) return firstRefusal(constraints, key, model, target);
      let known = refusals.get(key);
      if (known === undefined) refusals.set(key, (known = firstRefusal(constraints, key, model, target)));
      return known;
    },
    preferenceFor: (key, target) =>
      preferences.find((placed) => countsFor(placed, key) && isAbout(placed, model, target)) ?? null,
  };
}

const UNBOUNDED_RANK = { reject: 0, inject_limit: 1, allow: 2 } as const;

function objectiveOf(rule: RuleOf<(typeof OBJECTIVE_ACTIONS)[number]>): Objective {
  switch (rule.action) {
    case 'prefer_lowest_cost':
      return { primary: 'cost', secondary: rule.fallback_to_reliable ? 'reliability' : 'fairness' };
    case 'prefer_high_reliability':
      return { primary: 'reliability', secondary: 'fairness' };
    case 'prefer_fastest':
      return { primary: 'speed' };
    case 'prefer_fairness':
      return { primary: 'fairness' };
    case 'prefer_quality':
      return { primary: 'quality' };
    case 'optimize': {
      if (rule.weights) return { weights: rule.weights };
      const primary = rule.primary ?? 'reliability';
      return rule.secondary ? { primary, secondary: rule.secondary } : { primary };
    }
  }
}

/** Limits intersect: the lowest counts. */
function lowestCost(rules: RequestRules): Bound | null {
  let lowest: Bound | null = null;
  for (const { rule, reference } of [
    ...rules.all('limit_cost_per_request'),
    ...rules.all('prefer_lowest_cost'),
  ]) {
    if (rule.max_cost_per_request === undefined) continue;
    const value: NanoUsd = Math.round(rule.max_cost_per_request * NANO_PER_USD);
    if (!lowest || value < lowest.value) lowest = { value, rule: reference };
  }
  return lowest;
}

function successBounds(rules: RequestRules): readonly SuccessBound[] {
  const bounds: SuccessBound[] = rules
    .all('require_success_rate')
    .map(({ rule, reference }) => ({ value: rule.min_success_rate, rule: reference, soft: false }));
  for (const { rule, reference } of rules.all('prefer_high_reliability')) {
    if (rule.min_success_rate === undefined) continue;
    bounds.push({ value: rule.min_success_rate, rule: reference, soft: rule.allow_fallback !== false });
  }
  return bounds;
}

function strictest<P>(placed: readonly P[], severity: (one: P) => number): P | null {
  let found: P | null = null;
  for (const one of placed) if (found === null || severity(one) < severity(found)) found = one;
  return found;
}
