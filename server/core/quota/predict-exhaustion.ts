import { dispersionOf, seasonOf } from './usage-model.ts';
import type { UsageTrend } from './usage-trend.ts';

/** When a quota runs out, as far as its use so far tells. */
export interface ExhaustionPrediction {
  /** As likely earlier as later; ms since the epoch. */
  readonly at: number;
  /** Four of five outcomes lie between these. */
  readonly low: number;
  readonly high: number;
  /** 0..1: how likely it runs out before its reset. */
  readonly confidence: number;
}

export interface QuotaOutlook {
  readonly now: number;
  /** In the quota's unit. */
  readonly remaining: number;
  /** `null`: what is used never comes back. */
  readonly resetAt: number | null;
}

/** Less experience than this says nothing. */
const MIN_BUCKETS = 12;
/** Below this nobody needs to know. */
const MIN_CONFIDENCE = 0.05;
/** Four of five outcomes lie within so many standard deviations that were measured on two dozen blocks (Student's t). */
const EIGHTY_PERCENT = 1.318;
const FARTHEST_MS = 400 * 24 * 3_600_000;

/**
 * Continues the use so far: its mean rate, or once it has been seen for a day its usual course over the day. How far
 * the future may stray from it is measured by the index of dispersion (variance over mean of sums over longer and
 * longer blocks, which counts bursts in): of an amount R it is `D * R`, and the rate itself, learned from an amount U,
 * is uncertain by `D / U`. `null`: too little is known, or it is not going to run out before its reset.
 */
export function predictExhaustion(trend: UsageTrend, outlook: QuotaOutlook): ExhaustionPrediction | null {
  const { now, remaining, resetAt } = outlook;
  if (remaining <= 0) return { at: now, low: now, high: now, confidence: 1 };
  const amounts = trend.complete(now);
  const used = amounts.reduce((sum, amount) => sum + amount, 0);
  if (amounts.length < MIN_BUCKETS || used <= 0) return null;
  const season = seasonOf(amounts, trend.start, trend.bucketMs);
  const dispersion = dispersionOf(amounts, season);
  // A flat rate is learned from all that was used; the rate of an hour only from the same hours of other days.
  const learned = (amount: number): number => (season.repeats > 1 ? 1 / season.repeats : amount / used);
  const spread = (amount: number): number => Math.sqrt(dispersion * amount * (1 + learned(amount)));
  const width = EIGHTY_PERCENT * spread(remaining);
  const confidence = resetAt === null ? 1 : likelihood(season.between(now, resetAt), remaining, spread);
  if (confidence < MIN_CONFIDENCE) return null;
  return {
    at: season.reach(now, remaining, FARTHEST_MS),
    low: season.reach(now, Math.max(0, remaining - width), FARTHEST_MS),
    high: season.reach(now, remaining + width, FARTHEST_MS),
    confidence,
  };
}

/** How likely an expected amount turns out to be at least what remains. */
function likelihood(expected: number, remaining: number, spread: (amount: number) => number): number {
  if (expected <= 0) return 0;
  const deviations = (expected - remaining) / Math.max(spread(expected), Number.EPSILON);
  return normalShare(deviations);
}

/** The share of a normal distribution below so many standard deviations (logistic approximation, within 0.01). */
function normalShare(deviations: number): number {
  return 1 / (1 + Math.exp(-1.5976 * deviations - 0.070_56 * deviations ** 3));
}
