import type { TimeWindow } from '../../../shared/model/limits.ts';
import type { CounterAddress } from '../ports/store.ts';
import { changeBetween, instantOf, localTime, offsetOf } from './zone-time.ts';

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

/** The counters of a rolling window: the slice that is counted in now, and those before that still count. */
export interface WindowSlices {
  readonly windowStart: number;
  /** Newest first, without `windowStart`. */
  readonly earlierSlices: readonly number[];
}

type CalendarKind = Exclude<TimeWindow['kind'], 'total' | 'rolling'>;
type RollingWindow = Extract<TimeWindow, { readonly kind: 'rolling' }>;

interface Bounds {
  readonly start: number;
  readonly end: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Rolling windows are counted in so many slices. */
const SLICES = 60;
const SHORTEST_SLICE_MS = 1000;

/**
 * The window of a kind that `at` lies in. By the calendar of a time zone an hour begins at minute 0, a week on Monday;
 * a day has 23 or 25 hours where the clocks change. Throws a `RangeError` for a zone that does not exist.
 */
export function windowAt(window: TimeWindow, at: number, options: WindowOptions): WindowBounds {
  if (window.kind === 'total') return { start: 0, end: null };
  if (window.kind === 'rolling') return { start: at - window.ms, end: null };
  const { timeZone, resetAt } = options;
  const latest = LATEST[window.kind];
  for (const known of latest) {
    if (at >= known.start && at < known.end && known.timeZone === timeZone && known.resetAt === resetAt) {
      return known;
    }
  }
  const bounds =
    resetAt === null
      ? calendarWindow(window.kind, at, timeZone)
      : repeatedWindow(window.kind, at, resetAt, timeZone);
  const found = { ...bounds, timeZone, resetAt };
  const place = latest.findIndex((known) => known.timeZone === timeZone && known.resetAt === resetAt);
  if (place >= 0) latest[place] = found;
  else if (latest.unshift(found) > MOST_LATEST) latest.pop();
  return found;
}

/** A rolling window in slices. The oldest one counts whole, so that what is summed is never too little. */
export function slicesOf(window: RollingWindow, at: number): WindowSlices {
  const length = Math.max(SHORTEST_SLICE_MS, Math.ceil(window.ms / SLICES));
  const windowStart = Math.floor(at / length) * length;
  const known = LATEST_SLICES.get(window.ms);
  if (known?.windowStart === windowStart) return known;
  const earlierSlices: number[] = [];
  for (let start = windowStart - length; start + length > windowStart - window.ms; start -= length) {
    earlierSlices.push(start);
  }
  const found = { windowStart, earlierSlices };
  if (LATEST_SLICES.size >= MOST_LATEST) LATEST_SLICES.clear();
  LATEST_SLICES.set(window.ms, found);
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
  const { windowStart, earlierSlices } = slicesOf(window, at);
  return { subject, windowStart, earlierSlices };
}

/** The last windows of each kind, one a zone and reset: on the request path a comparison is enough. */
const LATEST: Readonly<Record<CalendarKind, (Bounds & WindowOptions)[]>> = {
  minute: [],
  hour: [],
  day: [],
  week: [],
  month: [],
};
const LATEST_SLICES = new Map<number, WindowSlices>();
const MOST_LATEST = 32;

function calendarWindow(kind: CalendarKind, at: number, timeZone: string | null): Bounds {
  if (kind === 'minute') return steps(MINUTE_MS, at, 0);
  if (kind === 'hour') return hourWindow(at, timeZone);
  const { year, month, day, weekday } = localTime(at, timeZone);
  if (kind === 'month') return enclosing(at, (count) => instantOf(year, month + count, 1, 0, timeZone));
  const first = kind === 'week' ? day - ((weekday + 6) % 7) : day;
  const length = kind === 'week' ? 7 : 1;
  return enclosing(at, (count) => instantOf(year, month, first + count * length, 0, timeZone));
}

/** Windows that begin at a reset and at the same local time ever after; a month's on the same day, or its last. */
function repeatedWindow(kind: CalendarKind, at: number, resetAt: number, timeZone: string | null): Bounds {
  if (kind === 'minute') return steps(MINUTE_MS, at, resetAt);
  if (kind === 'hour') return steps(HOUR_MS, at, resetAt);
  const reset = localTime(resetAt, timeZone);
  const now = localTime(at, timeZone);
  const startOn = (year: number, month: number, day: number): number => {
    const start = instantOf(year, month, day, reset.timeOfDay, timeZone);
    // A time that the clocks show twice: the reset itself is the one that was told.
    return Math.abs(start - resetAt) <= HOUR_MS ? resetAt : start;
  };
  if (kind === 'month') {
    return enclosing(at, (count) => {
      const lastDay = new Date(Date.UTC(now.year, now.month + count, 0)).getUTCDate();
      return startOn(now.year, now.month + count, Math.min(reset.day, lastDay));
    });
  }
  const sinceReset = kind === 'week' ? (now.weekday - reset.weekday + 7) % 7 : 0;
  const length = kind === 'week' ? 7 : 1;
  return enclosing(at, (count) => startOn(now.year, now.month, now.day - sinceReset + count * length));
}

/** The window around a time among those whose starts are counted: the guess 0 may be off where clocks change. */
function enclosing(at: number, startOf: (count: number) => number): Bounds {
  let count = 0;
  while (startOf(count) > at) count--;
  while (startOf(count + 1) <= at) count++;
  return { start: startOf(count), end: startOf(count + 1) };
}

/** Windows of the same length, one of which begins at `origin`. */
function steps(length: number, at: number, origin: number): Bounds {
  const start = origin + Math.floor((at - origin) / length) * length;
  return { start, end: start + length };
}

/** An hour by the clock; cut short where the clocks change by a part of an hour (Lord Howe Island). */
function hourWindow(at: number, timeZone: string | null): Bounds {
  const offset = offsetOf(at, timeZone);
  const { start, end } = steps(HOUR_MS, at, -offset);
  const differs = (time: number): boolean => (offsetOf(time, timeZone) - offset) % HOUR_MS !== 0;
  return {
    start: differs(start) ? changeBetween(start, at, timeZone) : start,
    end: differs(end - 1) ? changeBetween(at, end - 1, timeZone) : end,
  };
}
