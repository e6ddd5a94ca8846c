import { parentPort, workerData } from 'node:worker_threads';
import { openDatabase } from './open-database.ts';
import { readReport } from './report-reads.ts';
import type { ReportJob } from './sqlite-reports.ts';

// The entry of the thread that `SqliteReports` starts; bundled as a file of its own.
const { file, nativeBinding, query } = workerData as ReportJob;
const connection = openDatabase({ file, busyTimeoutMs: 1_000, ...(nativeBinding ? { nativeBinding } : {}) });
connection.pragma('query_only = ON');
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origins
parentPort?.postMessage(readReport(connection, query));
connection.close();
