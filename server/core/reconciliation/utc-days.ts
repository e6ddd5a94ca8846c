export const DAY_MS = 24 * 60 * 60_000;

/** The beginning of the UTC day of a time: providers bill by these. */
export function utcDay(at: number): number {
  return Math.floor(at / DAY_MS) * DAY_MS;
}

/** `2026-11-20` */
export function dayName(day: number): string {
  return new Date(day).toISOString().slice(0, 10);
}
