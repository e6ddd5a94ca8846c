import { formatUsd } from '../../../shared/model/money.ts';
import { describeObjective } from '../../../shared/model/objectives.ts';
import type { SkipReason } from '../../../shared/model/reasons.ts';
import type { Decision, RuleReference, ScoredCandidate, SkippedKey } from '../../../shared/model/trace.ts';
import { primaryRank, secondaryRank } from './score.ts';

const WORDS: Readonly<Record<SkipReason, string>> = {
  disabled: 'disabled',
  invalid: 'refused by its provider',
  throttled: 'throttled',
  exhausted: 'exhausted',
  probe_in_flight: 'recovering, with another request trying it',
  provider_unavailable: 'waiting for its provider to recover',
  model_not_served: 'without this model',
  protocol_not_spoken: 'without this protocol',
  not_pinned: 'not of the pinned provider',
  other_account: 'of another account than made what the request refers to',
  other_team: "another team's",
  model_denied: 'not allowed this model',
  policy: 'left out by a policy',
  region: 'outside the allowed regions',
  unreliable: 'below the success rate that is asked for',
  too_expensive: 'too expensive for this request',
  price_unknown: 'without a known price',
  unbounded: 'without a bound of its cost',
  quota: 'without enough quota left',
  limit_spent: 'by its last answer nothing is left of its rate limit',
  predicted_exhaustion: 'predicted to run out soon',
};
/** More than these in one sentence nobody reads. */
const MAX_NAMED = 5;

/** One paragraph that a person understands, from a decision's data alone. `nameOf` gives names to key ids. */
export function explain(decision: Decision, nameOf: (keyId: string) => string = (id) => id): string {
  const sentences = [
    choice(decision, nameOf),
    cache(decision, nameOf),
    leftOut(decision, nameOf),
    rules(decision.rules),
  ];
  return sentences.filter((sentence) => sentence !== '').join(' ');
}

function choice(decision: Decision, nameOf: (keyId: string) => string): string {
  const { candidates, objective } = decision;
  const model = decision.model || 'what names no model';
  const [first, second] = candidates;
  if (!first) return `No key can serve ${model} now.`;
  const name = nameOf(first.keyId);
  const served = first.model === decision.model ? model : `${model} with ${first.model}`;
  if (first.facts.recovering) {
    return `${name} serves ${served}: its wait is over, so that this request tries whether it is back.`;
  }
  if (!second) return `${name} is the only key that can serve ${served} now (${merits(first)}).`;
  const other = nameOf(second.keyId);
  const goal = describeObjective(objective);
  return `${name} serves ${served} by the objective ${goal}: ${merits(first)}. ${comparison(decision, first, second, other)}`;
}

function comparison(
  decision: Decision,
  first: ScoredCandidate,
  second: ScoredCandidate,
  other: string,
): string {
  const { objective, best } = decision;
  if (decision.keptFor === 'prompt_cache') {
    return `It was kept for its prompt cache before ${other} (score ${score(first)} against ${score(second)}).`;
  }
  if (first.facts.preference !== second.facts.preference) return `A policy prefers it to ${other}.`;
  if (primaryRank(first.score, objective, best) !== primaryRank(second.score, objective, best)) {
    return `Next was ${other} (score ${score(first)} against ${score(second)}, ${merits(second)}).`;
  }
  const bySecond =
    'primary' in objective &&
    objective.secondary !== 'fairness' &&
    secondaryRank(first.parts, objective, best) !== secondaryRank(second.parts, objective, best);
  if (bySecond) {
    return `It was as good as ${other}, and better by the second objective.`;
  }
  return `It was as good as ${other}; it was its turn (${first.facts.served} requests served against ${second.facts.served}).`;
}

/** What speaks for a candidate, in figures. */
function merits({ facts }: ScoredCandidate): string {
  const parts = [experience(facts)];
  if (facts.headroom < 1) parts.push(`${percent(facts.headroom)} of its safe headroom`);
  if (facts.expectedNano !== null) parts.push(`about ${formatUsd(facts.expectedNano)}`);
  if (facts.expectedMs !== null) parts.push(`about ${(facts.expectedMs / 1000).toFixed(1)} s`);
  return parts.join(', ');
}

/** A prior is no experience. */
function experience({ untried, served, successRate }: ScoredCandidate['facts']): string {
  if (!untried) return `success rate ${percent(successRate)}`;
  return served === 0 ? 'no requests yet' : 'no answer with this model yet';
}

function cache({ candidates, keptFor }: Decision, nameOf: (keyId: string) => string): string {
  const first = candidates[0];
  if (!first) return '';
  const { cachedTokens, cacheSavesNano } = first.facts;
  if (cachedTokens > 0) {
    return `Its account is expected to have ${cachedTokens} tokens of this conversation cached, which saves about ${formatUsd(cacheSavesNano)}.`;
  }
  const holder = keptFor ? undefined : candidates.find((candidate) => candidate.facts.cachedTokens > 0);
  if (!holder) return '';
  return `The conversation leaves the cache of ${nameOf(holder.keyId)}, which would have saved about ${formatUsd(holder.facts.cacheSavesNano)}.`;
}

function leftOut({ skipped, at, unlisted }: Decision, nameOf: (keyId: string) => string): string {
  if (skipped.length === 0) return '';
  const named = skipped.slice(0, MAX_NAMED).map((entry) => skip(entry, at, nameOf));
  const more = skipped.length - named.length + unlisted;
  return `Left out: ${named.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`;
}

function skip(entry: SkippedKey, at: number, nameOf: (keyId: string) => string): string {
  const wait =
    entry.until === undefined ? '' : ` for ${Math.max(1, Math.ceil((entry.until - at) / 1000))} s more`;
  const rule = entry.rule ? ` (policy ${entry.rule.policy})` : '';
  const model = entry.model === undefined ? '' : ` for ${entry.model}`;
  return `${nameOf(entry.keyId)}${model} is ${WORDS[entry.reason]}${wait}${rule}`;
}

function rules(applied: readonly RuleReference[]): string {
  if (applied.length === 0) return '';
  const named = applied.slice(0, MAX_NAMED).map(({ policy, action }) => `${action} of ${policy}`);
  const more = applied.length - named.length;
  return `Policies: ${named.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`;
}

function score(candidate: ScoredCandidate): string {
  return candidate.score.toFixed(2);
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
