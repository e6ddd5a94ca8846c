import { type PolicyFacts, holds, type KeyFacts, matchesKey, matchesRequest } from './policy-facts.ts';
import { comparePolicies } from './policy-order.ts';
import type { Policy } from './policy-schema.ts';
import type { PolicyRule } from './rule-schemas.ts';

/** A rule with its place: what a decision names. */
export interface PlacedRule {
  readonly policy: string;
  readonly index: number;
  readonly rule: PolicyRule;
  /** The scope's fields about keys: the rule counts only for candidates that match. */
  readonly scope: Policy['scope'];
}

type RuleOf<A extends PolicyRule['action']> = Extract<PolicyRule, { action: A }>;

/** The rules that apply to one request, in order. */
export class RequestRules {
  readonly rules: readonly PlacedRule[];

  constructor(rules: readonly PlacedRule[]) {
    this.rules = rules;
  }

  /** The first preference of one of these actions that counts for a candidate, or for all of them. */
  first<A extends PolicyRule['action']>(
    actions: readonly A[],
    key?: KeyFacts,
  ): (PlacedRule & { readonly rule: RuleOf<A> }) | null {
    for (const placed of this.rules) {
      if (isOneOf(placed, actions) && counts(placed, key)) return placed;
    }
    return null;
  }

  /** All constraints of an action that count for a candidate. */
  all<A extends PolicyRule['action']>(
    action: A,
    key?: KeyFacts,
  ): readonly (PlacedRule & { readonly rule: RuleOf<A> })[] {
    const found: (PlacedRule & { readonly rule: RuleOf<A> })[] = [];
    for (const placed of this.rules) if (isOneOf(placed, [action]) && counts(placed, key)) found.push(placed);
    return found;
  }
}

/** The configured policies in the order in which they count. */
export class PolicySet {
  readonly #ordered: readonly Policy[];

  constructor(policies: readonly Policy[]) {
    this.#ordered = policies
      .filter((policy) => policy.enabled)
      .map((policy, position) => ({ policy, position }))
      .sort(comparePolicies)
      .map((placed) => placed.policy);
  }

  get policies(): readonly Policy[] {
    return this.#ordered;
  }

  /** What applies to a request: its scope matches and its conditions hold. */
  forRequest(facts: PolicyFacts): RequestRules {
    const rules: PlacedRule[] = [];
    for (const { name, scope, rules: written } of this.#ordered) {
      if (!matchesRequest(scope, facts)) continue;
      written.forEach((rule, index) => {
        if (holds(rule.when, facts)) rules.push({ policy: name, index, rule, scope });
      });
    }
    return new RequestRules(rules);
  }
}

function isOneOf<A extends PolicyRule['action']>(
  placed: PlacedRule,
  actions: readonly A[],
): placed is PlacedRule & { readonly rule: RuleOf<A> } {
  return actions.some((action) => action === placed.rule.action);
}

/** A rule about particular keys does not count for a request as a whole. */
function counts({ scope }: PlacedRule, key: KeyFacts | undefined): boolean {
  if (scope.key === undefined && scope.provider === undefined) return true;
  return key !== undefined && matchesKey(scope, key);
}
