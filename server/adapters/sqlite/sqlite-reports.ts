import type { Report } from '../../../shared/model/report.ts';
import type { DaySpan } from '../../core/ports/billing.ts';
import type { DailyLedger, ReportQuery, Reports } from '../../core/ports/reports.ts';
import { ThreadQueue } from './thread-queue.ts';

export interface SqliteReportsOptions {
  readonly file: string;
  /** Path of `report-worker`, bundled or as source. */
  readonly worker: string;
  readonly nativeBinding?: string;
}

/** What a thread is asked. */
export type ReportQuestion =
  | { readonly of: 'report'; readonly query: ReportQuery }
  | { readonly of: 'daily'; readonly query: DaySpan };

/** What a thread is started with. */
export interface ReportJob {
  readonly file: string;
  readonly nativeBinding?: string;
  readonly question: ReportQuestion;
}

/** Reports from a thread of their own. */
export class SqliteReports implements Reports {
  readonly #options: SqliteReportsOptions;
  readonly #threads: ThreadQueue;

  constructor(options: SqliteReportsOptions) {
    this.#options = options;
    this.#threads = new ThreadQueue(options.worker, "The ledger can't be read");
  }

  report(query: ReportQuery): Promise<Report> {
    return this.#ask({ of: 'report', query });
  }

  daily(query: DaySpan): Promise<DailyLedger> {
    return this.#ask({ of: 'daily', query });
  }

  #ask<T>(question: ReportQuestion): Promise<T> {
    const { file, nativeBinding } = this.#options;
    return this.#threads.run<T>(
      (): ReportJob => ({
        file,
        question,
        ...(nativeBinding === undefined ? {} : { nativeBinding }),
      }),
    );
  }
}
