import type { LimitReading } from '../core/ports/provider.ts';
import type { HeaderMap } from '../core/ports/upstream.ts';
import { headerCount, headerText, parseResetAt } from './reset-time.ts';

const NAMES = [
  ['requests', '-requests'],
  ['tokens', '-tokens'],
  ['requests', ''],
] as const;

/**
 * `x-ratelimit-{limit,remaining,reset}-{requests,tokens}` (OpenAI, "Rate limits in headers"; Azure, Groq). OpenRouter
 * names its one limit, of requests, without a dimension.
 */
export function readOpenaiLimits(headers: HeaderMap, now: number): readonly LimitReading[] {
  const readings: LimitReading[] = [];
  for (const [dimension, suffix] of NAMES) {
    if (readings.some((reading) => reading.dimension === dimension)) continue;
    const limit = headerCount(headers, `x-ratelimit-limit${suffix}`);
    const remaining = headerCount(headers, `x-ratelimit-remaining${suffix}`);
    if (!limit || remaining === null) continue;
    const resetAt = parseResetAt(headerText(headers, `x-ratelimit-reset${suffix}`), now);
    readings.push({ dimension, limit, remaining: Math.min(remaining, limit), resetAt });
  }
  return readings;
}
