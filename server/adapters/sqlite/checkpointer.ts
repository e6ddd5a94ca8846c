import { Worker } from 'node:worker_threads';

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

/**
 * Writes SQLite's log back into the database in a thread of its own: done by the connection that commits, as
 * SQLite does by default, it stops every stream for 40 ms and more once in about a thousand requests (measured).
 */
export class Checkpointer {
  readonly #worker: Worker;

  /** `onFailure` is called once if the thread ends by itself: the owner then has to see to the log. */
  constructor(options: CheckpointerOptions, onFailure: () => void) {
    const { worker, file, nativeBinding = '', logBytes = 4_194_304, intervalMs = 500 } = options;
    this.#worker = new Worker(worker, { workerData: { file, nativeBinding, logBytes, intervalMs } });
    this.#worker.once('error', onFailure);
    this.#worker.unref();
  }

  /** Ends the thread, after a write-back that is under way. */
  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
