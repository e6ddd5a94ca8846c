const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A span of milliseconds in its one or two largest units: `7s`, `3m`, `2h 10m`, `4d`. Never less than `1s`. */
export function durationText(ms: number): string {
  if (ms < MINUTE) return `${Math.max(1, Math.ceil(ms / SECOND))}s`;
  if (ms < HOUR) return `${Math.ceil(ms / MINUTE)}m`;
  if (ms < DAY) {
    const minutes = Math.ceil(ms / MINUTE);
    const rest = minutes % 60;
    return rest === 0 ? `${minutes / 60}h` : `${Math.floor(minutes / 60)}h ${rest}m`;
  }
  return `${Math.round(ms / DAY)}d`;
}
