import type { RuleReference } from '../../../shared/model/trace.ts';
import { Bounded } from '../bounded-map.ts';
import { type Constraint, constraintOf, keyPreferenceOf } from './constraints.ts';
import { type PolicyFacts, holds, type KeyFacts, matchesKey, matchesRequest } from './policy-facts.ts';
import { comparePolicies } from './policy-order.ts';
import type { Policy } from './policy-schema.ts';
import type { PolicyRule } from './rule-schemas.ts';

/** A rule with its place, which a decision names, and what it was compiled to. */
export interface PlacedRule<R extends PolicyRule = PolicyRule> {
  /** Short and unique within its set. */
  readonly name: string;
  readonly reference: RuleReference;
  readonly rule: R;
  /** The scope of its policy; fields about keys make the rule count only for candidates that match. */
  readonly scope: Policy['scope'];
  readonly constraint: Constraint | null;
  readonly keyPreference: ((key: KeyFacts) => number) | null;
}

export type RuleOf<A extends PolicyRule['action']> = Extract<PolicyRule, { action: A }>;

const NONE: readonly never[] = [];
const MAX_REMEMBERED = 256;

interface CompiledPolicy {
  readonly policy: Policy;
  readonly rules: readonly PlacedRule[];
}

/** The rules that apply to one request, in order. */
export class RequestRules {
  /** Those that leave candidates out by what is declared of them. */
  readonly constraints: PlacedRule[] = [];
  /** Those that rank keys. */
  readonly preferences: PlacedRule[] = [];
  readonly #byAction = new Map<string, PlacedRule[]>();
  readonly #places = new Map<PlacedRule, number>();

  constructor(rules: readonly PlacedRule[]) {
    for (const placed of rules) this.#add(placed);
  }

  #add(placed: PlacedRule): void {
    if (placed.constraint) this.constraints.push(placed);
    if (placed.keyPreference) this.preferences.push(placed);
    const others = this.#byAction.get(placed.rule.action);
    if (others) others.push(placed);
    else this.#byAction.set(placed.rule.action, [placed]);
    this.#places.set(placed, this.#places.size);
  }

  /** The first rule of one of these actions that counts for a candidate, or for the request as a whole. */
  first<A extends PolicyRule['action']>(actions: readonly A[], key?: KeyFacts): PlacedRule<RuleOf<A>> | null {
    let found: PlacedRule<RuleOf<A>> | null = null;
    for (const action of actions) {
      const first = this.#of(action).find((placed) => countsFor(placed, key));
      if (first && (!found || this.#place(first) < this.#place(found))) found = first;
    }
    return found;
  }

  /** All rules of an action that count for a candidate, or for the request as a whole. */
  all<A extends PolicyRule['action']>(action: A, key?: KeyFacts): readonly PlacedRule<RuleOf<A>>[] {
    const all = this.#of(action);
    return all.length === 0 ? all : all.filter((placed) => countsFor(placed, key));
  }

  #of<A extends PolicyRule['action']>(action: A): readonly PlacedRule<RuleOf<A>>[] {
    return (this.#byAction.get(action) as PlacedRule<RuleOf<A>>[] | undefined) ?? NONE;
  }

  #place(placed: PlacedRule): number {
    return this.#places.get(placed) ?? Infinity;
  }
}

/** The configured policies in the order in which they count. */
export class PolicySet {
  readonly #ordered: readonly CompiledPolicy[];
  /** By the names of their rules. */
  readonly #forRequests = new Bounded<string, RequestRules>(MAX_REMEMBERED);

  constructor(policies: readonly Policy[]) {
    this.#ordered = policies
      .filter((policy) => policy.enabled)
      .map((policy, position) => ({ policy, position }))
      .sort(comparePolicies)
      .map(({ policy, position }) => ({
        policy,
        rules: policy.rules.map((rule, index) => place(policy, rule, index, `${position}.${index} `)),
      }));
  }

  get policies(): readonly Policy[] {
    return this.#ordered.map(({ policy }) => policy);
  }

  /** Every rule, whomever it is for. */
  get rules(): readonly PlacedRule[] {
    return this.#ordered.flatMap(({ rules }) => rules);
  }

  /** What applies to a request: its scope matches and its conditions hold. The same object for the same rules. */
  forRequest(facts: PolicyFacts): RequestRules {
    const applying: PlacedRule[] = [];
    let name = '';
    for (const { policy, rules } of this.#ordered) {
      if (!matchesRequest(policy.scope, facts)) continue;
      for (const placed of rules) {
        if (!holds(placed.rule.when, facts)) continue;
        applying.push(placed);
        name += placed.name;
      }
    }
    let rules = this.#forRequests.peek(name);
    if (!rules) this.#forRequests.set(name, (rules = new RequestRules(applying)));
    return rules;
  }
}

/** A rule about particular keys does not count for a request as a whole. */
export function countsFor({ scope }: PlacedRule, key: KeyFacts | undefined): boolean {
  if (scope.key === undefined && scope.provider === undefined) return true;
  return key !== undefined && matchesKey(scope, key);
}

function place(policy: Policy, rule: PolicyRule, index: number, name: string): PlacedRule {
  return {
    name,
    reference: { policy: policy.name, index, action: rule.action },
    rule,
    scope: policy.scope,
    constraint: constraintOf(rule),
    keyPreference: keyPreferenceOf(rule),
  };
}
