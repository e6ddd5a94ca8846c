import type { LimitReading } from '../core/ports/provider.ts';
import type { HeaderMap } from '../core/ports/upstream.ts';
import { headerCount, headerText, parseResetAt } from './reset-time.ts';

/** `x-ratelimit-{limit,remaining,reset}-{requests,tokens}` (OpenAI, "Rate limits in headers"). */
export function readOpenaiLimits(headers: HeaderMap, now: number): readonly LimitReading[] {
  const readings: LimitReading[] = [];
  for (const dimension of ['requests', 'tokens'] as const) {
    const limit = headerCount(headers, `x-ratelimit-limit-${dimension}`);
    const remaining = headerCount(headers, `x-ratelimit-remaining-${dimension}`);
    if (!limit || remaining === null) continue;
    const resetAt = parseResetAt(headerText(headers, `x-ratelimit-reset-${dimension}`), now);
    readings.push({ dimension, limit, remaining: Math.min(remaining, limit), resetAt });
  }
  return readings;
}
