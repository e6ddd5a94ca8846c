const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Up to here each second is told; above it, tens of seconds. */
const EXACT_MS = 20 * SECOND;

/** A span of milliseconds, rounded up to what matters: `7s`, `40s`, `3m`, `2h 10m`, `4d`. Never less than `1s`. */
export function durationText(ms: number): string {
  const rounded = Math.max(SECOND, Math.ceil(ms / grain(ms)) * grain(ms));
  if (rounded < MINUTE) return `${rounded / SECOND}s`;
  if (rounded < HOUR) return `${Math.ceil(rounded / MINUTE)}m`;
  if (rounded >= DAY) return `${Math.round(rounded / DAY)}d`;
  const hours = Math.floor(rounded / HOUR);
  const minutes = Math.floor((rounded % HOUR) / MINUTE);
  return minutes === 0 ? `${hours}h` : `${hours}h ${minutes}m`;
}

/** In how many milliseconds the text of a span that is running out will be another one. */
export function untilTextChanges(ms: number): number {
  return ms % grain(ms) || grain(ms);
}

function grain(ms: number): number {
  if (ms <= EXACT_MS) return SECOND;
  return ms <= MINUTE ? 10 * SECOND : MINUTE;
}
