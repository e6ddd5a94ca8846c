import type { TimeWindow } from '../../../shared/model/limits.ts';
import type { CounterAddress } from '../ports/store.ts';

/** Where a window's boundaries come from. */
export interface WindowOptions {
  /** IANA name; `null`: the machine's own zone. */
  readonly timeZone: string | null;
  /** A known reset, ms since the epoch: calendar windows begin there and repeat. */
  readonly resetAt: number | null;
}

/** The window that a time lies in; `end` is the first moment after it. */
export interface WindowBounds {
  readonly start: number;
  /** `null`: a window without end, or one that rolls. */
  readonly end: number | null;
}

type CalendarKind = 'minute' | 'hour' | 'day' | 'week' | 'month';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Rolling windows are counted in so many slices: the oldest one counts whole, so that nothing is missed. */
const SLICES = 60;
const SHORTEST_SLICE_MS = 1000;

/** The window of a kind that `at` lies in, by the calendar of a time zone or repeating from a known reset. */
export function windowAt(window: TimeWindow, at: number, options: WindowOptions): WindowBounds {
  if (window.kind === 'total') return { start: 0, end: null };
  if (window.kind === 'rolling') return { start: at - window.ms, end: null };
  const name = `${window.kind} ${options.timeZone ?? ''} ${options.resetAt ?? ''}`;
  const known = LATEST.get(name);
  if (known && at >= known.start && at < known.end) return known;
  const found =
    options.resetAt === null
      ? calendarWindow(window.kind, at, options.timeZone)
      : repeatedWindow(window.kind, at, options.resetAt, options.timeZone);
  if (LATEST.size >= MOST_LATEST) LATEST.clear();
  LATEST.set(name, found);
  return found;
}

/** The counter of a subject in the window that `at` lies in; a rolling window names all slices that still count. */
export function addressOf(
  subject: string,
  window: TimeWindow,
  at: number,
  options: WindowOptions,
): CounterAddress & { readonly earlierSlices?: readonly number[] } {
  if (window.kind !== 'rolling') return { subject, windowStart: windowAt(window, at, options).start };
  const slice = Math.max(SHORTEST_SLICE_MS, Math.ceil(window.ms / SLICES));
  const current = Math.floor(at / slice) * slice;
  const earlierSlices: number[] = [];
  for (let start = current - slice; start + slice > at - window.ms; start -= slice) earlierSlices.push(start);
  return { subject, windowStart: current, earlierSlices };
}

/** The last window of each kind, zone and reset: on the request path a comparison is enough. */
const LATEST = new Map<string, { readonly start: number; readonly end: number }>();
const MOST_LATEST = 256;

function calendarWindow(
  kind: CalendarKind,
  at: number,
  timeZone: string | null,
): { readonly start: number; readonly end: number } {
  const { year, month, day, minute, weekday } = localFields(at, timeZone);
  const startsAt = (y: number, mo: number, d: number, h = 0): number => instantOf(y, mo, d, h, timeZone);
  switch (kind) {
    case 'minute': {
      const start = Math.floor(at / MINUTE_MS) * MINUTE_MS;
      return { start, end: start + MINUTE_MS };
    }
    case 'hour': {
      // Zones are off by whole minutes: the hour begins where the local minute is zero.
      const start = Math.floor(at / MINUTE_MS) * MINUTE_MS - minute * MINUTE_MS;
      return { start, end: start + HOUR_MS };
    }
    case 'day':
      return { start: startsAt(year, month, day), end: startsAt(year, month, day + 1) };
    case 'week': {
      const monday = day - ((weekday + 6) % 7);
      return { start: startsAt(year, month, monday), end: startsAt(year, month, monday + 7) };
    }
    case 'month':
      return { start: startsAt(year, month, 1), end: startsAt(year, month + 1, 1) };
  }
}

/** Windows that begin at a reset and at the same local time ever after; a month's on the same day, or its last. */
function repeatedWindow(
  kind: CalendarKind,
  at: number,
  resetAt: number,
  timeZone: string | null,
): { readonly start: number; readonly end: number } {
  if (kind !== 'month') {
    const length = { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS, week: 7 * DAY_MS }[kind];
    const start = resetAt + Math.floor((at - resetAt) / length) * length;
    return { start, end: start + length };
  }
  const reset = localFields(resetAt, timeZone);
  const now = localFields(at, timeZone);
  const months = (now.year - reset.year) * 12 + now.month - reset.month;
  const begin = (offset: number): number => {
    const month = reset.month + offset;
    const lastDay = new Date(Date.UTC(reset.year, month, 0)).getUTCDate();
    const midnight = instantOf(reset.year, month, Math.min(reset.day, lastDay), 0, timeZone);
    return midnight + reset.hour * HOUR_MS + reset.minute * MINUTE_MS;
  };
  const start = begin(months);
  return start <= at ? { start, end: begin(months + 1) } : { start: begin(months - 1), end: start };
}

interface LocalFields {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

function localFields(at: number, timeZone: string | null): LocalFields {
  const local = new Date(at + offsetOf(at, timeZone));
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    weekday: local.getUTCDay(),
  };
}

/** The moment at which a zone's clocks show a time; where they leap over it, the first moment after. */
function instantOf(year: number, month: number, day: number, hour: number, timeZone: string | null): number {
  const local = Date.UTC(year, month - 1, day, hour);
  const first = local - offsetOf(local, timeZone);
  // Near a change of the clocks the offset at the guess is another than at the moment itself.
  return local - offsetOf(first, timeZone);
}

/** How far a zone is ahead of UTC at a moment, ms. */
function offsetOf(at: number, timeZone: string | null): number {
  if (timeZone === null) return -new Date(at).getTimezoneOffset() * MINUTE_MS;
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
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const shown = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return shown - Math.floor(at / 1000) * 1000;
}

/** Formatters are dear to make. */
const FORMATS = new Map<string, Intl.DateTimeFormat>();
