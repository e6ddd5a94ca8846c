import type { SkipReason } from '../../../shared/model/reasons.ts';
import { matchesPattern } from '../name-pattern.ts';
import type { KeyFacts } from './policy-facts.ts';
import type { PolicyRule } from './rule-schemas.ts';

/** Why a rule leaves a key with a model (`null`: none) out; `null` if it does not. */
export type Constraint = (key: KeyFacts, model: string | null) => SkipReason | null;

/** The constraint that a rule puts on keys and models by what is declared of them; `null`: it puts none. */
export function constraintOf(rule: PolicyRule): Constraint | null {
  switch (rule.action) {
    case 'allow_models':
      return (_, model) => unless(model === null || matchesAny(rule.models, model), 'model_denied');
    case 'deny_models':
      return (_, model) => unless(model === null || !matchesAny(rule.models, model), 'model_denied');
    case 'prefer_region': {
      const regions = new Set([...rule.preferred_regions, ...(rule.fallback_regions ?? [])]);
      return ({ region }) => unless(region !== undefined && regions.has(region), 'region');
    }
    case 'require_region': {
      const regions = new Set(rule.regions);
      return ({ region }) => unless(region !== undefined && regions.has(region), 'region');
    }
    case 'require_tier': {
      const tiers = new Set(rule.tiers);
      return ({ tier }) => unless(tier !== undefined && tiers.has(tier), 'policy');
    }
    case 'require_tags':
      return ({ tags }) =>
        unless(
          rule.tags.every((tag) => tags.includes(tag)),
          'policy',
        );
    case 'allow_keys': {
      const keys = new Set(rule.keys);
      return ({ key }) => unless(hasAny(keys, key), 'policy');
    }
    case 'deny_keys': {
      const keys = new Set(rule.keys);
      return ({ key }) => unless(!hasAny(keys, key), 'policy');
    }
    case 'allow_providers':
      return ({ provider }) => unless(rule.providers.includes(provider), 'policy');
    case 'deny_providers':
      return ({ provider }) => unless(!rule.providers.includes(provider), 'policy');
    default:
      return null;
  }
}

/** The rank (0 first) that a rule gives a key; `null`: it prefers no keys. */
export function keyPreferenceOf(rule: PolicyRule): ((key: KeyFacts) => number) | null {
  switch (rule.action) {
    case 'prefer_keys':
      return ({ key }) => placeIn(rule.keys, ...key);
    case 'prefer_tier':
      return ({ tier }) => placeIn(rule.tiers, tier);
    case 'prefer_region': {
      const { preferred_regions: preferred } = rule;
      return ({ region }) => (region !== undefined && preferred.includes(region) ? 0 : 1);
    }
    case 'prefer_high_reliability':
      return rule.prefer_premium_tier ? ({ tier }) => placeIn(['premium'], tier) : null;
    default:
      return null;
  }
}

function matchesAny(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => matchesPattern(pattern, name));
}

function hasAny(set: ReadonlySet<string>, names: readonly string[]): boolean {
  for (const name of names) if (set.has(name)) return true;
  return false;
}

function unless(allowed: boolean, reason: SkipReason): SkipReason | null {
  return allowed ? null : reason;
}

function placeIn(list: readonly string[], ...names: readonly (string | undefined)[]): number {
  const places = names.map((name) => (name === undefined ? -1 : list.indexOf(name))).filter((at) => at >= 0);
  return places.length > 0 ? Math.min(...places) : list.length;
}
