import type { Attributes, HistogramPoint, SumPoint } from './telemetry.ts';

/** The specification's default ("Metrics SDK", cardinality limits); what comes after is counted as overflow. */
const MAX_SERIES = 2_000;
const OVERFLOW: Attributes = { 'otel.metric.overflow': true };

/** The series of one metric, by their attributes. */
class SeriesMap<Point extends { readonly attributes: Attributes }> {
  readonly #series = new Map<string, Point>();
  readonly #begin: (attributes: Attributes) => Point;

  constructor(begin: (attributes: Attributes) => Point) {
    this.#begin = begin;
  }

  of(attributes: Attributes): Point {
    const name = JSON.stringify(attributes);
    const found = this.#series.get(name);
    if (found) return found;
    if (this.#series.size >= MAX_SERIES && attributes !== OVERFLOW) return this.of(OVERFLOW);
    const begun = this.#begin(attributes);
    this.#series.set(name, begun);
    return begun;
  }

  all(): readonly Point[] {
    return [...this.#series.values()];
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Observations since the start, sorted into buckets. A value belongs to the first bound that is not below it. */
export class Histogram {
  readonly bounds: readonly number[];
  readonly #series: SeriesMap<Mutable<HistogramPoint> & { counts: number[] }>;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.#series = new SeriesMap((attributes) => ({
      attributes,
      count: 0,
      sum: 0,
      min: Infinity,
      max: -Infinity,
      counts: Array.from({ length: bounds.length + 1 }, () => 0),
    }));
  }

  record(value: number, attributes: Attributes): void {
    const point = this.#series.of(attributes);
    const above = this.bounds.findIndex((bound) => value <= bound);
    const at = above === -1 ? this.bounds.length : above;
    point.counts[at] = (point.counts[at] ?? 0) + 1;
    point.count += 1;
    point.sum += value;
    point.min = Math.min(point.min, value);
    point.max = Math.max(point.max, value);
  }

  points(): readonly HistogramPoint[] {
    return this.#series.all();
  }
}

/** Amounts since the start. */
export class Sum {
  readonly #series = new SeriesMap<Mutable<SumPoint>>((attributes) => ({ attributes, value: 0 }));

  add(value: number, attributes: Attributes): void {
    this.#series.of(attributes).value += value;
  }

  points(): readonly SumPoint[] {
    return this.#series.all();
  }
}
