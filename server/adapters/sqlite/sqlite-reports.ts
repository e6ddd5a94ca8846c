import { Worker } from 'node:worker_threads';
import type { Report } from '../../../shared/model/report.ts';
import type { DaySpan } from '../../core/ports/billing.ts';
import type { DailyLedger, ReportQuery, Reports } from '../../core/ports/reports.ts';
import { RouterError } from '../../core/router-error.ts';
import { reasonOf } from './open-database.ts';

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

/** Reports from a thread of their own with a connection of its own: one after the other, so that they take one core. */
export class SqliteReports implements Reports {
  readonly #options: SqliteReportsOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: SqliteReportsOptions) {
    this.#options = options;
  }

  report(query: ReportQuery): Promise<Report> {
    return this.#ask({ of: 'report', query });
  }

  daily(query: DaySpan): Promise<DailyLedger> {
    return this.#ask({ of: 'daily', query });
  }

  #ask<T>(question: ReportQuestion): Promise<T> {
    const result = this.#last.then(() => this.#run<T>(question));
    this.#last = result.catch(() => undefined);
    return result;
  }

  #run<T>(question: ReportQuestion): Promise<T> {
    const { worker, file, nativeBinding } = this.#options;
    const workerData: ReportJob = {
      file,
      question,
      ...(nativeBinding === undefined ? {} : { nativeBinding }),
    };
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
