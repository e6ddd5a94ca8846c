import { statSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import type { CheckpointerOptions } from './checkpointer.ts';
import { openDatabase } from './open-database.ts';

// The entry of the thread that `Checkpointer` starts; bundled as a file of its own.
const { file, nativeBinding, logBytes, intervalMs } = workerData as Required<CheckpointerOptions>;
const connection = openDatabase({ file, busyTimeoutMs: 0, ...(nativeBinding ? { nativeBinding } : {}) });

setInterval(() => {
  const log = statSync(`${file}-wal`, { throwIfNoEntry: false });
  // PASSIVE waits for nobody and nobody waits for it: https://www.sqlite.org/c3ref/wal_checkpoint_v2.html
  if (log && log.size > logBytes) connection.pragma('wal_checkpoint(PASSIVE)');
}, intervalMs);
