import type { Report, ReportDimension } from '../../../shared/model/report.ts';

export interface ReportQuery {
  /** At least one, each once. */
  readonly by: readonly ReportDimension[];
  /** ms since the epoch. */
  readonly since: number;
  /** ms since the epoch; not included. */
  readonly until: number;
}

/** Sums over the ledger, without names. May take seconds; requests don't wait for it. Rejects if it can't be read. */
export interface Reports {
  report(query: ReportQuery): Promise<Report>;
}
