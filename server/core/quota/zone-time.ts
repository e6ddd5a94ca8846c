const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** What the clocks and calendars of a zone show. */
export interface LocalTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** Since midnight by the clock, ms: on the day of a change not what has passed. */
  readonly timeOfDay: number;
}

/** What an IANA zone shows at a moment; `null`: the machine's own zone. */
export function localTime(at: number, timeZone: string | null): LocalTime {
  const shown = at + offsetOf(at, timeZone);
  const date = new Date(shown);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    timeOfDay: shown - Math.floor(shown / DAY_MS) * DAY_MS,
  };
}

/**
 * When a zone's clocks first show a time, ms since the epoch. A time that they leap over comes when they leap.
 * Months and days out of range count on, as in `Date.UTC`.
 */
export function instantOf(
  year: number,
  month: number,
  day: number,
  timeOfDay: number,
  timeZone: string | null,
): number {
  const shown = Date.UTC(year, month - 1, day) + timeOfDay;
  const before = offsetOf(shown - DAY_MS, timeZone);
  const after = offsetOf(shown + DAY_MS, timeZone);
  if (offsetOf(shown - before, timeZone) === before) return shown - before;
  if (offsetOf(shown - after, timeZone) === after) return shown - after;
  return changeBetween(shown - after, shown - before, timeZone);
}

/** The first moment after `from`, at most `to`, at which a zone has the offset that it has at `to`. */
export function changeBetween(from: number, to: number, timeZone: string | null): number {
  const last = offsetOf(to, timeZone);
  let low = from;
  let high = to;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetOf(middle, timeZone) === last) high = middle;
    else low = middle;
  }
  return high;
}

/** How far a zone is ahead of UTC at a moment, ms. */
export function offsetOf(at: number, timeZone: string | null): number {
  if (timeZone === null) return -new Date(at).getTimezoneOffset() * MINUTE_MS;
  const shown = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
  for (const { type, value } of formatOf(timeZone).formatToParts(at)) {
    if (type in shown) shown[type as keyof typeof shown] = Number(value);
  }
  const { year, month, day, hour, minute, second } = shown;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

/** Formatters are dear to make. */
const FORMATS = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = FORMATS.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    FORMATS.set(timeZone, format);
  }
  return format;
}
