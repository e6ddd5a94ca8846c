import { parentPort, workerData } from 'node:worker_threads';
import { readDailyLedger } from './daily-reads.ts';
import { openDatabase } from './open-database.ts';
import { readReport } from './report-reads.ts';
import type { ReportJob } from './sqlite-reports.ts';

// The entry of the thread that `SqliteReports` starts; bundled as a file of its own.
const { file, nativeBinding, question } = workerData as ReportJob;
const connection = openDatabase({ file, busyTimeoutMs: 1_000, ...(nativeBinding ? { nativeBinding } : {}) });
connection.pragma('query_only = ON');
const answer =
  question.of === 'report'
    ? readReport(connection, question.query)
    : readDailyLedger(connection, question.query);
parentPort?.postMessage(answer);
connection.close();
