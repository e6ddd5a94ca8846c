/** `{ double }` tells a fraction from a whole number. */
export type AttributeValue = string | number | boolean | { readonly double: number } | readonly string[];

/** Attributes by name; those that are `undefined` are left out. */
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

/** A span as it is exported. Times are ms since the epoch, ids lower-case hex. */
export interface SpanData {
  readonly traceId: string;
  readonly spanId: string;
  /** `null`: it has none. */
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: 'server' | 'client';
  readonly startedAt: number;
  readonly endedAt: number;
  readonly attributes: Attributes;
  readonly status: 'unset' | 'error';
}

/** What is always said of who sends. */
export interface Origin {
  readonly resource: Attributes;
  /** Of this program. */
  readonly version: string;
}

/** One series of a histogram. */
export interface HistogramPoint {
  readonly attributes: Attributes;
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /** One more than there are bounds. */
  readonly counts: readonly number[];
}

/** One series of a sum. */
export interface SumPoint {
  readonly attributes: Attributes;
  readonly value: number;
}

/** A metric since its start; never reset. */
export interface MetricData {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly data:
    | { readonly kind: 'sum'; readonly points: readonly SumPoint[] }
    | {
        readonly kind: 'histogram';
        readonly bounds: readonly number[];
        readonly points: readonly HistogramPoint[];
      };
}
