import { Worker } from 'node:worker_threads';
import type { Policy } from '../../core/policy/policy-schema.ts';
import type { Diagnostic } from '../../policy-language/diagnostic.ts';
import type { KnownNames } from '../../policy-language/known-names.ts';
import type { PlacedTest } from '../../policy-language/policy-tests.ts';

export interface PolicyJob {
  readonly number: number;
  readonly text: string;
  readonly known: KnownNames;
}

/** What was found in one text. */
export interface PolicyAnswer {
  readonly number: number;
  readonly diagnostics: readonly Diagnostic[];
  /** `null`: the text has errors. */
  readonly policies: readonly Policy[] | null;
  readonly tests: readonly PlacedTest[];
}

/** A text that takes longer is taken for an attack. */
const MOST_MS = 5_000;

interface Waiting {
  readonly resolve: (answer: PolicyAnswer | null) => void;
  readonly timer: NodeJS.Timeout;
}

/** Reads policy files in a thread of its own, so that no request waits for it. Started by the first file. */
export class PolicyThread {
  readonly #file: string;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #count = 0;

  /** `file`: path of `policy-worker`, bundled or as source. */
  constructor(file: string) {
    this.#file = file;
  }

  /** `null`: it took too long, or the thread broke down; the next text gets a new one. */
  read(text: string, known: KnownNames): Promise<PolicyAnswer | null> {
    const number = ++this.#count;
    const job: PolicyJob = { number, text, known };
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#giveUp(), MOST_MS);
      this.#waiting.set(number, { resolve, timer });
      this.#running().postMessage(job);
    });
  }

  close(): void {
    this.#giveUp();
  }

  #running(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(this.#file);
    worker.unref();
    worker.on('message', (answer: PolicyAnswer) => this.#end(answer.number, answer));
    worker.once('error', () => this.#worker === worker && this.#giveUp());
    return (this.#worker = worker);
  }

  #giveUp(): void {
    const worker = this.#worker;
    this.#worker = null;
    void worker?.terminate();
    for (const number of this.#waiting.keys()) this.#end(number, null);
  }

  #end(number: number, answer: PolicyAnswer | null): void {
    const waiting = this.#waiting.get(number);
    if (!waiting) return;
    this.#waiting.delete(number);
    clearTimeout(waiting.timer);
    waiting.resolve(answer);
  }
}
