import type { Policy, PolicyScope } from './policy-schema.ts';

/** Narrowest first: a single narrower field outranks a single wider one. */
const FIELDS = ['virtual_key', 'tool', 'project', 'team', 'key', 'model', 'provider', 'global'] as const;

/** Position of each policy in its document. */
export interface PlacedPolicy {
  readonly policy: Policy;
  readonly position: number;
}

/** Higher priority first, then the narrower scope, then what stands later. */
export function comparePolicies(a: PlacedPolicy, b: PlacedPolicy): number {
  return (
    b.policy.priority - a.policy.priority ||
    narrowness(b.policy.scope) - narrowness(a.policy.scope) ||
    rank(a.policy.scope) - rank(b.policy.scope) ||
    b.position - a.position
  );
}

/** How many fields a scope has; `global` is none. */
function narrowness(scope: PolicyScope): number {
  return FIELDS.filter((field) => field !== 'global' && scope[field] !== undefined).length;
}

/** The place of the scope's narrowest field. */
function rank(scope: PolicyScope): number {
  return FIELDS.findIndex((field) => scope[field] !== undefined);
}
