import { Worker } from 'node:worker_threads';
import type { Report } from '../../../shared/model/report.ts';
import type { ReportQuery, Reports } from '../../core/ports/reports.ts';
import { RouterError } from '../../core/router-error.ts';
import { reasonOf } from './open-database.ts';

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

/** Reports from a thread of their own with a connection of its own: one after the other, so that they take one core. */
export class SqliteReports implements Reports {
  readonly #options: SqliteReportsOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: SqliteReportsOptions) {
    this.#options = options;
  }

  report(query: ReportQuery): Promise<Report> {
    const result = this.#last.then(() => this.#run(query));
    this.#last = result.catch(() => undefined);
    return result;
  }

  #run(query: ReportQuery): Promise<Report> {
    const { worker, file, nativeBinding } = this.#options;
    const workerData: ReportJob = { file, query, ...(nativeBinding === undefined ? {} : { nativeBinding }) };
    return new Promise((resolve, reject) => {
      const thread = new Worker(worker, { workerData });
      thread.unref();
      thread.once('message', resolve);
      thread.once('error', (error) => {
        const message = `The ledger can't be read: ${reasonOf(error)}`;
        reject(new RouterError('store_unavailable', message, { cause: error }));
      });
      // After a message this changes nothing any more.
      thread.once('exit', () => reject(new RouterError('store_unavailable', 'The report ended early.')));
    });
  }
}
