import type { UsageTrend } from './usage-trend.ts';
export interface ExhaustionPrediction {
  readonly at: number;
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
}
export function predictExhaustion(
  trend: UsageTrend,
  {
    now,
    remaining,
    resetAt,
  }: { readonly now: number; readonly remaining: number; readonly resetAt: number | null },
): ExhaustionPrediction | null {
  if (trend.first === null || now - trend.first < 60_000) return null;
  const at = now + remaining / (trend.sum / (now - trend.first));
  if (resetAt !== null && at > resetAt) return null;
  return { at, low: at, high: at, confidence: 1 };
}
