const HOUR_MS = 3_600_000;
const HOURS = 24;
const DAY_MS = HOURS * HOUR_MS;
/** Fewer blocks than this say nothing of their spread. */
const MIN_BLOCKS = 12;

/** The course that use takes. */
export interface Season {
  /** How often the whole course was seen: 1 for a flat one. Each time makes it more certain. */
  readonly repeats: number;
  /** What each bucket was expected to have. */
  readonly expected: readonly number[];
  /** The amount expected between two times. */
  between(from: number, to: number): number;
  /** When so much will have been used, at most `farthestMs` later. */
  reach(from: number, amount: number, farthestMs: number): number;
}

/** A flat course, or by the hours of the day once a whole day was seen. */
export function seasonOf(amounts: readonly number[], start: number, bucketMs: number): Season {
  const total = amounts.reduce((sum, amount) => sum + amount, 0);
  const span = amounts.length * bucketMs;
  const seasonal = span >= DAY_MS && bucketMs <= HOUR_MS;
  const rates = seasonal ? hourlyRates(amounts, start, bucketMs) : Array<number>(HOURS).fill(total / span);
  const rateAt = (at: number): number => rates[Math.floor(at / HOUR_MS) % HOURS] ?? 0;
  return {
    repeats: seasonal ? span / DAY_MS : 1,
    expected: amounts.map((_, index) => rateAt(start + (index + 0.5) * bucketMs) * bucketMs),
    between: (from, to) => walk(rateAt, from, Number.POSITIVE_INFINITY, to).amount,
    reach: (from, amount, farthestMs) => walk(rateAt, from, amount, from + farthestMs).at,
  };
}

/**
 * The index of dispersion of what differs from the expectation: variance over mean of sums over blocks. Of single
 * buckets it misses bursts that last longer, so that it is taken from the longest blocks of which there are enough.
 */
export function dispersionOf(amounts: readonly number[], { expected, repeats }: Season): number {
  // A course that was fitted to the amounts has taken a part of their variance into itself.
  const fitted = repeats > 1 ? repeats / (repeats - 1) : 1;
  const found: number[] = [];
  for (let size = 1; Math.floor(amounts.length / size) >= MIN_BLOCKS; size *= 2) {
    const blocks = Math.floor(amounts.length / size);
    let squares = 0;
    let mean = 0;
    for (let block = 0; block < blocks; block++) {
      let difference = 0;
      for (let index = block * size; index < (block + 1) * size; index++) {
        difference += (amounts[index] ?? 0) - (expected[index] ?? 0);
        mean += expected[index] ?? 0;
      }
      squares += difference * difference;
    }
    if (mean > 0) found.push((squares / mean) * (repeats > 1 ? fitted : blocks / (blocks - 1)));
  }
  const longest = found.slice(-3);
  return longest.reduce((sum, one) => sum + one, 0) / Math.max(1, longest.length);
}

/** Rates by the hour of the day, ms: what was used in that hour over how often it was seen. */
function hourlyRates(amounts: readonly number[], start: number, bucketMs: number): readonly number[] {
  const sums = Array<number>(HOURS).fill(0);
  const seen = Array<number>(HOURS).fill(0);
  amounts.forEach((amount, index) => {
    const hour = Math.floor((start + (index + 0.5) * bucketMs) / HOUR_MS) % HOURS;
    sums[hour] = (sums[hour] ?? 0) + amount;
    seen[hour] = (seen[hour] ?? 0) + bucketMs;
  });
  const overall = amounts.reduce((sum, amount) => sum + amount, 0) / (amounts.length * bucketMs);
  // An hour borrows from its neighbours: what people do does not change at the stroke of a clock.
  const rate = (hour: number): number => {
    let sum = 0;
    let time = 0;
    for (const [offset, weight] of [
      [-1, 1],
      [0, 2],
      [1, 1],
    ] as const) {
      const neighbour = (hour + offset + HOURS) % HOURS;
      sum += weight * (sums[neighbour] ?? 0);
      time += weight * (seen[neighbour] ?? 0);
    }
    return time > 0 ? sum / time : overall;
  };
  return sums.map((_, hour) => rate(hour));
}

/** Goes on by the hour until an amount or a time is reached. */
function walk(
  rateAt: (at: number) => number,
  from: number,
  amount: number,
  until: number,
): { readonly at: number; readonly amount: number } {
  let at = from;
  let sum = 0;
  while (at < until) {
    const next = Math.min(until, (Math.floor(at / HOUR_MS) + 1) * HOUR_MS);
    const rate = rateAt(at);
    const step = rate * (next - at);
    if (sum + step >= amount) return { at: Math.round(at + (amount - sum) / rate), amount };
    sum += step;
    at = next;
  }
  return { at: until, amount: sum };
}
