import { matchesPattern } from '../core/name-pattern.ts';
import { comparePolicies } from '../core/policy/policy-order.ts';
import type { Policy } from '../core/policy/policy-schema.ts';
import type { PolicyRule } from '../core/policy/rule-schemas.ts';
import { closest } from './closest.ts';
import { type Diagnostic, type DiagnosticCode, diagnostic } from './diagnostic.ts';
import type { KnownNames } from './known-names.ts';
import type { Path, PolicySource } from './policy-source.ts';

interface Placed {
  readonly policy: Policy;
  readonly at: number;
  readonly rule: PolicyRule;
  readonly index: number;
}

/** Preferences of which only the first that applies ever counts. */
const EXCLUSIVE: readonly (readonly PolicyRule['action'][])[] = [
  [
    'prefer_lowest_cost',
    'prefer_high_reliability',
    'prefer_fastest',
    'prefer_fairness',
    'prefer_quality',
    'optimize',
  ],
  ['fallback_models'],
  ['hedge_after'],
  ['sticky'],
];

/** What the policies mean together, once each of them is valid. */
export function semanticDiagnostics(
  source: PolicySource,
  policies: readonly Policy[],
  known: KnownNames | null,
): readonly Diagnostic[] {
  const placed = policies.flatMap((policy, at) =>
    policy.rules.map((rule, index) => ({ policy, at, rule, index })),
  );
  return [
    ...duplicateNames(source, policies),
    ...(known ? unknownNames(source, policies, known) : []),
    ...impossible(source, placed),
    ...shadowed(source, policies, placed),
    ...budgetConflicts(source, placed),
    ...fallbackCycles(source, placed),
  ];
}

function duplicateNames(source: PolicySource, policies: readonly Policy[]): readonly Diagnostic[] {
  return policies.flatMap(({ name }, at) => {
    const first = policies.findIndex((policy) => policy.name === name);
    if (first === at) return [];
    const related = [
      { range: source.rangeOf(['policies', first, 'name']), message: 'The first one of this name.' },
    ];
    const message = `There is another policy named "${name}".`;
    return [diagnostic('duplicate-name', source.rangeOf(['policies', at, 'name']), message, { related })];
  });
}

/** Where names of things stand in rules. */
const NAMES_IN_RULES: readonly (readonly [string, 'keys' | 'providers' | 'models'])[] = [
  ['keys', 'keys'],
  ['providers', 'providers'],
  ['models', 'models'],
  ['model', 'models'],
  ['downgrade_to', 'models'],
];

function unknownNames(
  source: PolicySource,
  policies: readonly Policy[],
  known: KnownNames,
): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const look = (kind: keyof KnownNames, name: unknown, path: Path): void => {
    const fault = typeof name === 'string' ? unknownName(source, kind, name, path, known[kind]) : null;
    if (fault) found.push(fault);
  };
  policies.forEach(({ scope, rules }, at) => {
    const inScope = ['policies', at, 'scope'];
    look('keys', scope.key, [...inScope, 'key']);
    look('providers', scope.provider, [...inScope, 'provider']);
    look('models', scope.model, [...inScope, 'model']);
    look('virtualKeys', scope.virtual_key, [...inScope, 'virtual_key']);
    rules.forEach((rule, index) => {
      for (const [member, kind] of NAMES_IN_RULES) {
        const value = (rule as Readonly<Record<string, unknown>>)[member];
        const path = ['policies', at, 'rules', index, member];
        if (Array.isArray(value)) value.forEach((name, item) => look(kind, name, [...path, item]));
        else look(kind, value, path);
      }
    });
  });
  return found;
}

const UNKNOWN: Readonly<Record<keyof KnownNames, readonly [DiagnosticCode, string]>> = {
  keys: ['unknown-key', 'There is no key named'],
  providers: ['unknown-provider', 'There is no provider'],
  models: ['unknown-model', 'No key serves the model'],
  virtualKeys: ['unknown-virtual-key', 'There is no virtual key named'],
};

function unknownName(
  source: PolicySource,
  kind: keyof KnownNames,
  name: string,
  path: Path,
  names: readonly string[],
): Diagnostic | null {
  // A pattern is wrong only if nothing fits; a provider's prefix is looked at by itself.
  const wanted = kind === 'models' ? name.replace(/^[a-z0-9._-]+\//, '') : name;
  if (names.some((entry) => entry === name || matchesPattern(wanted, entry))) return null;
  const meant = closest(name, names);
  const [code, says] = UNKNOWN[kind];
  const hint = meant === null ? '' : ` Did you mean "${meant}"?`;
  return diagnostic(
    code,
    source.rangeOf(path),
    `${says} "${name}".${hint}`,
    meant === null ? {} : { replacement: meant },
  );
}

/** What can never hold at once. */
function impossible(source: PolicySource, placed: readonly Placed[]): readonly Diagnostic[] {
  return placed.flatMap(({ policy, at, rule, index }) => {
    const path = ['policies', at, 'rules', index];
    const { when } = rule;
    const { min_input_tokens: min, max_input_tokens: max } = when ?? {};
    if (min !== undefined && max !== undefined && min > max) {
      const message = `It asks for at least ${min} and at most ${max} tokens: no request has both.`;
      return [diagnostic('never-applies', source.rangeOf([...path, 'when', 'max_input_tokens']), message)];
    }
    const { model } = policy.scope;
    if (rule.action === 'allow_models' && model !== undefined && !model.includes('*')) {
      if (!rule.models.some((allowed) => matchesPattern(allowed, model))) {
        const message = `The policy is for ${model}, which is not among the models that it allows: every request is refused.`;
        return [diagnostic('never-applies', source.rangeOf([...path, 'models']), message)];
      }
    }
    return [];
  });
}

/** A preference after one that always applies where it does, and comes first. */
function shadowed(
  source: PolicySource,
  policies: readonly Policy[],
  placed: readonly Placed[],
): readonly Diagnostic[] {
  const order = policies
    .map((policy, position) => ({ policy, position }))
    .filter(({ policy }) => policy.enabled)
    .toSorted(comparePolicies)
    .map(({ position }) => position);
  const rank = ({ at, index }: Placed): number => order.indexOf(at) * 10_000 + index;
  return EXCLUSIVE.flatMap((actions) => {
    const rivals = placed
      .filter(({ rule, policy }) => policy.enabled && actions.includes(rule.action))
      .toSorted((one, other) => rank(one) - rank(other));
    return rivals.flatMap((rule, position) => {
      const winner = rivals
        .slice(0, position)
        .find(
          (earlier) => earlier.rule.when === undefined && covers(earlier.policy.scope, rule.policy.scope),
        );
      if (!winner) return [];
      const message = `"${rule.rule.action}" never counts: "${winner.policy.name}" comes first, and always applies where this does.`;
      const related = [
        {
          range: source.rangeOf(['policies', winner.at, 'rules', winner.index]),
          message: 'The rule that comes first.',
        },
      ];
      const range = source.rangeOf(['policies', rule.at, 'rules', rule.index, 'action']);
      return [diagnostic('shadowed', range, message, { related })];
    });
  });
}

/** Whether everything that is in the narrower scope is in the wider one too. */
function covers(wider: Policy['scope'], narrower: Policy['scope']): boolean {
  return Object.entries(wider).every(
    ([field, value]) =>
      field === 'global' ||
      narrower[field as keyof Policy['scope']] === value ||
      (field === 'model' && narrower.model !== undefined && matchesPattern(String(value), narrower.model)),
  );
}

function budgetConflicts(source: PolicySource, placed: readonly Placed[]): readonly Diagnostic[] {
  const budgets = placed.filter(({ rule, policy }) => rule.action === 'enforce_budget' && policy.enabled);
  return budgets.flatMap((one, position) => {
    const { rule } = one;
    if (rule.action !== 'enforce_budget' || rule.enforcement_mode !== 'prevent') return [];
    const lower = budgets.slice(0, position).find(({ policy, rule: other }) => {
      if (other.action !== 'enforce_budget' || other.enforcement_mode !== 'prevent') return false;
      const same = covers(policy.scope, one.policy.scope) && covers(one.policy.scope, policy.scope);
      return same && other.budget_window === rule.budget_window && !other.when && !rule.when;
    });
    if (!lower) return [];
    const message = `"${lower.policy.name}" limits the same spend in the same window: only the lower of the two ever counts.`;
    const related = [
      {
        range: source.rangeOf(['policies', lower.at, 'rules', lower.index, 'budget_limit']),
        message: 'The other budget.',
      },
    ];
    const range = source.rangeOf(['policies', one.at, 'rules', one.index, 'budget_limit']);
    return [diagnostic('budget-conflict', range, message, { related })];
  });
}

/** Two models may well stand in for each other: a request tries each of them once. */
function fallbackCycles(source: PolicySource, placed: readonly Placed[]): readonly Diagnostic[] {
  return placed.flatMap(({ policy, at, rule, index }) => {
    const { model } = policy.scope;
    if (rule.action !== 'fallback_models' || model === undefined) return [];
    const item = rule.models.indexOf(model);
    if (item === -1) return [];
    const range = source.rangeOf(['policies', at, 'rules', index, 'models', item]);
    return [diagnostic('fallback-cycle', range, `${model} falls back to itself.`)];
  });
}
