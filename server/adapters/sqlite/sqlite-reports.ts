import type { Report } from '../../../shared/model/report.ts';
import type { ReportQuery, Reports } from '../../core/ports/reports.ts';
import { ThreadQueue } from './thread-queue.ts';

export interface SqliteReportsOptions {
  readonly file: string;
  /** Path of `report-worker`, bundled or as source. */
  readonly worker: string;
  readonly nativeBinding?: string;
}

/** What a thread is started with. */
export interface ReportJob {
  readonly file: string;
  readonly nativeBinding?: string;
  readonly query: ReportQuery;
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
    const { file, nativeBinding } = this.#options;
    return this.#threads.run<Report>(
      (): ReportJob => ({
        file,
        query,
        ...(nativeBinding === undefined ? {} : { nativeBinding }),
      }),
    );
  }
}
