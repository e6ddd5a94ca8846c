import { Worker } from 'node:worker_threads';
import { RouterError } from '../../core/router-error.ts';
import { reasonOf } from './open-database.ts';

/** Long work in threads of its own, each with its own connection: one after the other, so that it takes one core. */
export class ThreadQueue {
  readonly #worker: string;
  readonly #failure: string;
  #last: Promise<unknown> = Promise.resolve();

  /** `worker`: the thread's code, bundled or as source. `failure`: how the sentence about one that fails begins. */
  constructor(worker: string, failure: string) {
    this.#worker = worker;
    this.#failure = failure;
  }

  /** What the thread posts. `job` is asked when its turn has come. Rejects with `RouterError('store_unavailable')`. */
  run<T>(job: () => object): Promise<T> {
    const result = this.#last.then(() => this.#start<T>(job()));
    this.#last = result.catch(() => undefined);
    return result;
  }

  #start<T>(workerData: object): Promise<T> {
    return new Promise((resolve, reject) => {
      const thread = new Worker(this.#worker, { workerData });
      thread.unref();
      thread.once('message', resolve);
      thread.once('error', (error) => {
        const message = `${this.#failure}: ${reasonOf(error)}`;
        reject(new RouterError('store_unavailable', message, { cause: error }));
      });
      // After a message this changes nothing any more.
      thread.once('exit', () =>
        reject(new RouterError('store_unavailable', `${this.#failure}: its thread ended early.`)),
      );
    });
  }
}
