import type { HeaderMap } from '../core/ports/upstream.ts';

/** No provider's window is longer than a month; a wait beyond it is a mistake on the wire. */
const MAX_WAIT_MS = 31 * 24 * 3600 * 1000;

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;
/** RFC 9110, 5.6.7: the one form that senders may write. */
const HTTP_DATE = /^[a-z]{3}, \d\d [a-z]{3} \d{4} \d\d:\d\d:\d\d GMT$/i;

/** A single header value, or `null`. */
export function headerText(headers: HeaderMap, name: string): string | null {
  const value = headers[name];
  if (typeof value === 'string') return value;
  return value?.[0] ?? null;
}

/** A header that counts something; -1 and other nonsense (Azure sends it) count as absent. */
export function headerCount(headers: HeaderMap, name: string): number | null {
  const text = headerText(headers, name);
  if (text === null || !/^\d{1,15}$/.test(text.trim())) return null;
  return Number(text);
}

/** Milliseconds in a Go-style duration: `12ms`, `1s`, `6m0s`, `1h2m59.56s`; `null` if it is not one. */
export function parseGoDuration(text: string): number | null {
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
  const whole = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;
  if (!whole.test(text)) return null;
  let total = 0;
  for (const [, amount, name] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * unit[name as keyof typeof unit];
  }
  return Math.ceil(total);
}

/**
 * The time (ms since the epoch) that a reset value names. Providers write it as a Go duration, seconds, epoch
 * seconds or milliseconds, RFC 3339 or an HTTP date. `null` for what can't be read or is negative.
 */
export function parseResetAt(value: string | null, now: number): number | null {
  if (value === null) return null;
  const text = value.trim();
  const duration = parseGoDuration(text);
  if (duration !== null) return clamp(now + duration, now);
  if (/^\d+(\.\d+)?$/.test(text)) {
    const number = Number(text);
    if (number > 1e12) return clamp(number, now);
    if (number > 1e9) return clamp(number * 1000, now);
    return clamp(now + Math.ceil(number * 1000), now);
  }
  // `Date.parse` alone finds a year in almost anything: "limit-5000".
  if (!RFC_3339.test(text) && !HTTP_DATE.test(text)) return null;
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : clamp(date, now);
}

/** How long the answer asks to wait: `retry-after-ms` is the finer one, `retry-after` the standard (RFC 9110, 10.2.3). */
export function retryAfterMs(headers: HeaderMap, now: number): number | null {
  for (const name of ['retry-after-ms', 'x-ms-retry-after-ms']) {
    const text = headerText(headers, name)?.trim();
    if (text && /^\d+(\.\d+)?$/.test(text)) return clamp(now + Math.ceil(Number(text)), now) - now;
  }
  const at = parseResetAt(headerText(headers, 'retry-after'), now);
  return at === null ? null : at - now;
}

function clamp(at: number, now: number): number {
  return Math.round(Math.min(Math.max(at, now), now + MAX_WAIT_MS));
}
