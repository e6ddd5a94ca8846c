import type { RuleReference } from '../../../shared/model/trace.ts';
import { type Constraint, constraintOf, keyPreferenceOf } from './constraints.ts';
import { type PolicyFacts, holds, type KeyFacts, matchesKey, matchesRequest } from './policy-facts.ts';
import { comparePolicies } from './policy-order.ts';
import type { Policy } from './policy-schema.ts';
import type { PolicyRule } from './rule-schemas.ts';

/** A rule with its place, which a decision names, and what it was compiled to. */
export interface PlacedRule<R extends PolicyRule = PolicyRule> {
  readonly reference: RuleReference;
  readonly rule: R;
  /** The scope of its policy; fields about keys make the rule count only for candidates that match. */
  readonly scope: Policy['scope'];
  readonly constraint: Constraint | null;
  readonly keyPreference: ((key: KeyFacts) => number) | null;
}

export type RuleOf<A extends PolicyRule['action']> = Extract<PolicyRule, { action: A }>;

interface CompiledPolicy {
  readonly policy: Policy;
  readonly rules: readonly PlacedRule[];
}

/** The rules that apply to one request, in order. */
export class RequestRules {
  readonly rules: readonly PlacedRule[];

  constructor(rules: readonly PlacedRule[]) {
    this.rules = rules;
  }

  /** The first rule of one of these actions that counts for a candidate, or for the request as a whole. */
  first<A extends PolicyRule['action']>(actions: readonly A[], key?: KeyFacts): PlacedRule<RuleOf<A>> | null {
    for (const placed of this.rules) {
      if (isOneOf(placed, actions) && countsFor(placed, key)) return placed;
    }
    return null;
  }

  /** All rules of an action that count for a candidate, or for the request as a whole. */
  all<A extends PolicyRule['action']>(action: A, key?: KeyFacts): readonly PlacedRule<RuleOf<A>>[] {
    const found: PlacedRule<RuleOf<A>>[] = [];
    for (const placed of this.rules)
      if (isOneOf(placed, [action]) && countsFor(placed, key)) found.push(placed);
    return found;
  }
}

/** The configured policies in the order in which they count. */
export class PolicySet {
  readonly #ordered: readonly CompiledPolicy[];

  constructor(policies: readonly Policy[]) {
    this.#ordered = policies
      .filter((policy) => policy.enabled)
      .map((policy, position) => ({ policy, position }))
      .sort(comparePolicies)
      .map(({ policy }) => ({
        policy,
        rules: policy.rules.map((rule, index) => place(policy, rule, index)),
      }));
  }

  get policies(): readonly Policy[] {
    return this.#ordered.map(({ policy }) => policy);
  }

  /** Every rule, whomever it is for. */
  get rules(): readonly PlacedRule[] {
    return this.#ordered.flatMap(({ rules }) => rules);
  }

  /** What applies to a request: its scope matches and its conditions hold. */
  forRequest(facts: PolicyFacts): RequestRules {
    const applying: PlacedRule[] = [];
    for (const { policy, rules } of this.#ordered) {
      if (!matchesRequest(policy.scope, facts)) continue;
      for (const placed of rules) if (holds(placed.rule.when, facts)) applying.push(placed);
    }
    return new RequestRules(applying);
  }
}

/** A rule about particular keys does not count for a request as a whole. */
export function countsFor({ scope }: PlacedRule, key: KeyFacts | undefined): boolean {
  if (scope.key === undefined && scope.provider === undefined) return true;
  return key !== undefined && matchesKey(scope, key);
}

function place(policy: Policy, rule: PolicyRule, index: number): PlacedRule {
  return {
    reference: { policy: policy.name, index, action: rule.action },
    rule,
    scope: policy.scope,
    constraint: constraintOf(rule),
    keyPreference: keyPreferenceOf(rule),
  };
}

function isOneOf<A extends PolicyRule['action']>(
  placed: PlacedRule,
  actions: readonly A[],
): placed is PlacedRule<RuleOf<A>> {
  return actions.some((action) => action === placed.rule.action);
}
