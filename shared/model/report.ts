import type { NanoUsd } from './money.ts';

/** What spend is grouped by. `tag`: an attempt with several tags counts for each of them. */
export const REPORT_DIMENSIONS = [
  'team',
  'project',
  'tool',
  'tag',
  'conversation',
  'virtual_key',
  'key',
  'provider',
  'model',
  'day',
] as const;

export type ReportDimension = (typeof REPORT_DIMENSIONS)[number];

/** Sums over attempts. Tokens are as providers reported them; the parts of input are exclusive. */
export interface ReportSums {
  /** Requests that reached a provider. */
  readonly requests: number;
  readonly attempts: number;
  readonly inputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly costNano: NanoUsd;
  /** The part of `costNano` that no provider reported. */
  readonly estimatedNano: NanoUsd;
  /** Held by attempts whose outcome nobody saw; not in `costNano`. */
  readonly unknownNano: NanoUsd;
}

export interface ReportRow extends ReportSums {
  /** A value of each dimension; `null`: the attempt had none. */
  readonly group: Readonly<Partial<Record<ReportDimension, string | null>>>;
  /** Names of those ids in `group` that have one. */
  readonly names: Readonly<Partial<Record<ReportDimension, string>>>;
}

/** What was spent by whom, on what. */
export interface Report {
  /** ms since the epoch. */
  readonly since: number;
  /** ms since the epoch; not included. */
  readonly until: number;
  readonly by: readonly ReportDimension[];
  /** The dearest first, or days in order. */
  readonly rows: readonly ReportRow[];
  /** There are more rows than are listed. */
  readonly truncated: boolean;
  /** Of all attempts, each counted once. */
  readonly total: ReportSums;
}
