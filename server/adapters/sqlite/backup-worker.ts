import { parentPort, workerData } from 'node:worker_threads';
import { copyDatabase } from './copy-database.ts';
import { reasonOf } from './open-database.ts';
import type { BackupJob } from './sqlite-backups.ts';

// The entry of the thread that `SqliteBackups` starts; bundled as a file of its own.
const { createdAt, ...job } = workerData as BackupJob;
copyDatabase(job).then(
  ({ bytes }) => parentPort?.postMessage({ file: job.target, bytes, createdAt }),
  (error: unknown) => {
    // Outside of the promise it ends the thread, whose owner is told; of an error's class nothing would arrive there.
    setImmediate(() => {
      throw new Error(reasonOf(error));
    });
  },
);
