import { Worker } from 'node:worker_threads';
import type { Connection } from './open-database.ts';

/** What is checkpointed, and where the thread's code is. */
export interface CheckpointerOptions {
  readonly file: string;
  /** Path of `checkpoint-worker`, bundled or as source. */
  readonly worker: string;
  readonly nativeBinding?: string;
  /** The log's size from which it is written back. */
  readonly logBytes?: number;
  readonly intervalMs?: number;
}

/** SQLite's own number of log pages after which a commit writes the log back. */
const DEFAULT_LOG_PAGES = 1000;
/** With a thread for it, a commit does so only when that thread does not get through. */
const MOST_LOG_PAGES = 20_000;

/**
 * Writes SQLite's log back into the database in a thread of its own: done by the connection that commits, as
 * SQLite does by default, it stops every stream for 40 ms and more once in about a thousand requests (measured).
 */
export class Checkpointer {
  readonly #worker: Worker;

  /** `onFailure` is called once if the thread ends by itself: the owner then has to see to the log. */
  private constructor(options: CheckpointerOptions, onFailure: () => void) {
    const { worker, file, nativeBinding = '', logBytes = 4_194_304, intervalMs = 500 } = options;
    this.#worker = new Worker(worker, { workerData: { file, nativeBinding, logBytes, intervalMs } });
    this.#worker.once('error', onFailure);
    this.#worker.unref();
  }

  /** Leaves a connection's log to a thread; `null`, and SQLite goes on by itself, if there is no code for one. */
  static start(
    connection: Connection,
    options: { readonly file: string; readonly nativeBinding?: string; readonly checkpointWorker?: string },
  ): Checkpointer | null {
    const { file, nativeBinding, checkpointWorker } = options;
    if (checkpointWorker === undefined) return null;
    connection.pragma(`wal_autocheckpoint = ${MOST_LOG_PAGES}`);
    const binding = nativeBinding === undefined ? {} : { nativeBinding };
    return new Checkpointer({ file, worker: checkpointWorker, ...binding }, () => {
      if (connection.open) connection.pragma(`wal_autocheckpoint = ${DEFAULT_LOG_PAGES}`);
    });
  }

  /** Ends the thread, after a write-back that is under way. */
  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
