import type { Objective } from '../../../shared/model/objectives.ts';
import type {
  CandidateFacts,
  Decision,
  RuleReference,
  ScoredCandidate,
  SkippedKey,
} from '../../../shared/model/trace.ts';
import { bestOf, primaryRank, scoreOf, scoreParts, secondaryRank } from './score.ts';

/** A key and model that could answer, with what is known of it. */
export interface Candidate {
  readonly keyId: string;
  readonly providerId: string;
  readonly model: string;
  readonly facts: CandidateFacts;
}

export interface DecisionInput<C extends Candidate> {
  readonly at: number;
  /** The model, or the name of the group whose models are candidates. */
  readonly model: string;
  readonly objective: Objective;
  readonly candidates: readonly C[];
  readonly skipped: readonly SkippedKey[];
  readonly rules: readonly RuleReference[];
  /** Whether a conversation stays where its prompt is cached. */
  readonly sticky: boolean;
}

export interface Decided<C extends Candidate> {
  readonly decision: Decision;
  /** All candidates in the order in which they will be tried. */
  readonly order: readonly C[];
}

/** Lists in a decision are cut to this: what is left out never was near. */
const MAX_LISTED = 32;
/** A conversation leaves its cache for a score that is better by more than this. */
const CLEARLY_BETTER = 0.2;
/** A key that recovers goes first, unless trying it costs more than this many times the cheapest. */
const PROBE_COST_SHARE = 1 / 1.5;

interface Ranked<C> {
  readonly candidate: C;
  readonly scored: ScoredCandidate;
  readonly probes: number;
  readonly primary: number;
  readonly secondary: number;
}

/**
 * Orders the candidates: those that recover first, once, since real traffic is what tells whether they are back;
 * then by rules that prefer keys, by the objective in steps, by fairness and in turn. Pure: the same input gives the
 * same decision, and `replay` makes it again from what was kept.
 */
export function decide<C extends Candidate>(input: DecisionInput<C>): Decided<C> {
  const { at, objective, candidates } = input;
  const base = bestOf(candidates.map((candidate) => candidate.facts));
  const scored = candidates.map((candidate) => score(candidate, objective, base, at));
  const best = { ...base, ...highest(scored, objective) };
  const ranked = scored.map((entry) => rank(entry, objective, best)).sort(compare);
  const keptFor = input.sticky ? keepAtCache(ranked, objective) : undefined;
  const skipped = input.skipped.slice(0, MAX_LISTED);
  const unlisted =
    Math.max(0, candidates.length - MAX_LISTED) + Math.max(0, input.skipped.length - MAX_LISTED);
  return {
    decision: {
      at,
      model: input.model,
      objective,
      candidates: ranked.slice(0, MAX_LISTED).map((entry) => entry.scored),
      skipped,
      unlisted,
      best,
      ...(keptFor ? { keptFor } : {}),
      rules: input.rules,
    },
    order: ranked.map((entry) => entry.candidate),
  };
}

/** The order of a stored decision's candidates, made again from their facts alone. */
export function replay(decision: Decision): readonly ScoredCandidate[] {
  const ranked = decision.candidates
    .map((candidate) => score(candidate, decision.objective, decision.best, decision.at))
    .map((entry) => rank(entry, decision.objective, decision.best))
    .sort(compare);
  if (decision.keptFor) keepAtCache(ranked, decision.objective);
  return ranked.map((entry) => entry.scored);
}

interface Scored<C> {
  readonly candidate: C;
  readonly scored: ScoredCandidate;
}

function score<C extends Candidate>(
  candidate: C,
  objective: Objective,
  best: Decision['best'],
  at: number,
): Scored<C> {
  const { keyId, providerId, model, facts } = candidate;
  const parts = scoreParts(facts, best, at);
  return {
    candidate,
    scored: { keyId, providerId, model, score: scoreOf(parts, objective), parts, facts },
  };
}

function highest<C>(
  entries: readonly Scored<C>[],
  objective: Objective,
): { score: number; secondary: number } {
  const second = 'primary' in objective ? objective.secondary : undefined;
  const found = { score: 0, secondary: 0 };
  for (const { scored } of entries) {
    found.score = Math.max(found.score, scored.score);
    if (second) found.secondary = Math.max(found.secondary, scored.parts[second]);
  }
  return found;
}

function rank<C extends Candidate>(
  { candidate, scored }: Scored<C>,
  objective: Objective,
  best: Decision['best'],
): Ranked<C> {
  const { facts, parts } = scored;
  const probes = facts.recovering && (best.costNano === null || parts.cost >= PROBE_COST_SHARE) ? 1 : 0;
  return {
    candidate,
    scored,
    probes,
    primary: primaryRank(scored.score, objective, best),
    secondary: secondaryRank(parts, objective, best),
  };
}

/** What passes through as it is loses nothing. */
function translations<C extends Candidate>({ scored }: Ranked<C>): number {
  return scored.facts.translated ? 1 : 0;
}

function compare<C extends Candidate>(a: Ranked<C>, b: Ranked<C>): number {
  return (
    b.probes - a.probes ||
    a.scored.facts.preference - b.scored.facts.preference ||
    a.primary - b.primary ||
    translations(a) - translations(b) ||
    a.secondary - b.secondary ||
    a.scored.facts.fairTag - b.scored.facts.fairTag ||
    a.scored.facts.turn - b.scored.facts.turn
  );
}

/** Moves the candidate that holds most of the conversation to the front, if none is clearly better. */
function keepAtCache<C extends Candidate>(
  ranked: Ranked<C>[],
  objective: Objective,
): 'prompt_cache' | undefined {
  const first = ranked[0];
  // The expected cost has the cache in it already: the cheapest is the cheapest.
  if (!first || first.probes || ('primary' in objective && objective.primary === 'cost')) return undefined;
  let holder = first;
  for (const entry of ranked) {
    if (entry.scored.facts.cacheSavesNano > holder.scored.facts.cacheSavesNano) holder = entry;
  }
  if (
    holder === first ||
    holder.scored.facts.preference !== first.scored.facts.preference ||
    first.scored.score - holder.scored.score > CLEARLY_BETTER
  ) {
    return undefined;
  }
  ranked.splice(ranked.indexOf(holder), 1);
  ranked.unshift(holder);
  return 'prompt_cache';
}
