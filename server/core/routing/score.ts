import { OBJECTIVE_NAMES, type Objective, type ObjectiveName } from '../../../shared/model/objectives.ts';
import type { CandidateFacts, Decision } from '../../../shared/model/trace.ts';

type Best = Decision['best'];
type Parts = Readonly<Record<ObjectiveName, number>>;

const SUCCESS_WEIGHT = 0.7;
const HEADROOM_WEIGHT = 0.3;
/** A quota that is predicted to run out now costs this much reliability; one in this time or later, nothing. */
const EXHAUSTION_PENALTY = 0.3;
const EXHAUSTION_HORIZON_MS = 30 * 60_000;

/**
 * Scores closer than this are equal, so that the next criterion decides: a success rate moves by a failure or two,
 * and times scatter, where prices are exact.
 */
const STEPS: Parts = { reliability: 0.05, speed: 0.1, cost: 0.002, quality: 0.01, fairness: 1e-9 };
const WEIGHTED_STEP = 0.01;
/** Differences of whole steps stay whole. */
const ROUNDING = 1e-9;

/** What scores are relative to. */
export function bestOf(facts: readonly CandidateFacts[]): Best {
  let costNano: number | null = null;
  let ms: number | null = null;
  let fairTag = Number.POSITIVE_INFINITY;
  for (const one of facts) {
    if (one.expectedNano !== null) costNano = Math.min(costNano ?? Infinity, one.expectedNano);
    if (one.expectedMs !== null) ms = Math.min(ms ?? Infinity, one.expectedMs);
    fairTag = Math.min(fairTag, one.fairTag);
  }
  return { costNano, ms, fairTag: Number.isFinite(fairTag) ? fairTag : 0 };
}

/** A candidate by each objective: 0..1, higher is better. */
export function scoreParts(facts: CandidateFacts, best: Best, now: number): Parts {
  return {
    cost: ratio(best.costNano, facts.expectedNano, 0),
    reliability: reliability(facts, now),
    fairness: 1 / (1 + facts.fairTag - best.fairTag),
    // Nobody knows how quick a new key is until it is tried.
    speed: ratio(best.ms, facts.expectedMs, 1),
    quality: facts.quality,
  };
}

/** The score that is shown and compared, and the steps in which it counts. */
export function scoreOf(parts: Parts, objective: Objective): number {
  if ('primary' in objective) return parts[objective.primary];
  let sum = 0;
  let total = 0;
  for (const name of OBJECTIVE_NAMES) {
    const weight = objective.weights[name] ?? 0;
    sum += weight * parts[name];
    total += weight;
  }
  return total === 0 ? 0 : sum / total;
}

/** How many steps a score is below the highest: 0 is as good as the best. */
export function primaryRank(score: number, objective: Objective, best: Best): number {
  return steps(best.score, score, 'primary' in objective ? STEPS[objective.primary] : WEIGHTED_STEP);
}

/** The same by the secondary objective. */
export function secondaryRank(parts: Parts, objective: Objective, best: Best): number {
  if (!('primary' in objective) || objective.secondary === undefined) return 0;
  return steps(best.secondary, parts[objective.secondary], STEPS[objective.secondary]);
}

function steps(highest = 1, score: number, step: number): number {
  return Math.floor((highest - score) / step + ROUNDING);
}

function reliability(facts: CandidateFacts, now: number): number {
  const base = SUCCESS_WEIGHT * facts.successRate + HEADROOM_WEIGHT * facts.headroom;
  if (facts.exhaustedAt === null) return base;
  const nearness = 1 - Math.max(0, facts.exhaustedAt - now) / EXHAUSTION_HORIZON_MS;
  return Math.max(0, base - EXHAUSTION_PENALTY * Math.max(0, nearness));
}

function ratio(best: number | null, own: number | null, unknown: number): number {
  if (own === null || best === null) return unknown;
  return own <= best ? 1 : best / own;
}
