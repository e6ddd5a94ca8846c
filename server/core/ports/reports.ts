import type { NanoUsd } from '../../../shared/model/money.ts';
import type { Report, ReportDimension } from '../../../shared/model/report.ts';
import type { DaySpan } from './billing.ts';
import type { LedgerEntry } from './store.ts';

export interface ReportQuery {
  /** At least one, each once. */
  readonly by: readonly ReportDimension[];
  /** ms since the epoch. */
  readonly since: number;
  /** ms since the epoch; not included. */
  readonly until: number;
}

/** What a key's settled attempts of one UTC day cost. */
export interface SettledDay {
  readonly providerId: string;
  readonly keyId: string;
  /** Beginning of the UTC day. */
  readonly day: number;
  readonly attempts: number;
  readonly costNano: NanoUsd;
  /** The part of `costNano` that no provider reported. */
  readonly estimatedNano: NanoUsd;
}

/** The ledger by UTC days, as of one moment. */
export interface DailyLedger {
  readonly settled: readonly SettledDay[];
  /** Attempts whose outcome nobody saw, newest first. */
  readonly unknown: readonly LedgerEntry[];
  /** There are more of unknown outcome than are listed. */
  readonly truncated: boolean;
}

/** Reads of the ledger that may take seconds; requests don't wait for them. They reject if it can't be read. */
export interface Reports {
  /** Sums over the ledger, without names. */
  report(query: ReportQuery): Promise<Report>;
  daily(span: DaySpan): Promise<DailyLedger>;
}
