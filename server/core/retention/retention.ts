import type { AlertMarks } from '../budget/alert-marks.ts';
import type { BudgetBook } from '../budget/budget-book.ts';
import type { CellBook } from '../key/cell-book.ts';
import type { Clock, Dispose } from '../ports/clock.ts';
import type { LogName, Store } from '../ports/store.ts';
import { CounterLifetime } from './counter-lifetime.ts';

const DAY_MS = 24 * 3_600_000;

/** How long a log is kept, and how many of its newest entries at most. */
export interface LogRetention {
  readonly ageMs: number;
  readonly most: number;
}

/** Of the newest requests' histories, however young. */
const MAX_TRACES = 100_000;

/** What is kept of what happened: a month of requests, and thirteen months of what they cost and of who changed what. */
const LOGS: Readonly<Record<LogName, LogRetention>> = {
  traces: { ageMs: 30 * DAY_MS, most: MAX_TRACES },
  transitions: { ageMs: 30 * DAY_MS, most: 100_000 },
  audit: { ageMs: 400 * DAY_MS, most: 100_000 },
  entries: { ageMs: 400 * DAY_MS, most: 1_000_000 },
};
/** However much room is taken, by whatever: the latest requests can always be looked at. */
const LATEST_TRACES = 1_000;
const LOG_NAMES = Object.keys(LOGS) as LogName[];

/** A limit that nobody has run into, nor tried again, for so long is forgotten. */
const IDLE_CELL_MS = 7 * DAY_MS;

const FIRST_ROUND_MS = 60_000;
const ROUND_MS = 10 * 60_000;
/** Between two steps requests have the thread, and the database, for themselves. */
const PAUSE_MS = 25;
/** Rows a step: none takes more than about two milliseconds (measured with SQLite; traces are large). */
const STEP: Readonly<Record<LogName | 'counters' | 'alerts', number>> = {
  traces: 10,
  transitions: 100,
  audit: 100,
  entries: 50,
  counters: 200,
  alerts: 200,
};

/** What is kept differently than usual. */
export interface RetentionWishes {
  readonly logs?: Readonly<Partial<Record<LogName, Partial<LogRetention>>>>;
  /** The oldest traces go until all that is stored takes no more bytes; no limit if left out. */
  readonly mostBytes?: number;
}

export interface RetentionParts extends RetentionWishes {
  readonly store: Store;
  readonly budgets: BudgetBook;
  readonly marks: AlertMarks;
  readonly cells: CellBook;
  readonly clock: Clock;
  readonly failed: (error: unknown) => void;
}

/** Keeps what is stored and remembered from growing for ever: every few minutes, in small steps beside requests. */
export class Retention {
  readonly #parts: RetentionParts;
  #cancel: Dispose;
  #disposed = false;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
    this.#cancel = this.#after(FIRST_ROUND_MS);
  }

  dispose(): void {
    this.#disposed = true;
    this.#cancel();
  }

  #after(delayMs: number): Dispose {
    return this.#parts.clock.after(delayMs, () => {
      this.#round()
        .catch(this.#parts.failed)
        .finally(() => {
          if (!this.#disposed) this.#cancel = this.#after(ROUND_MS);
        });
    });
  }

  async #round(): Promise<void> {
    const { store, budgets, marks, cells, clock, logs } = this.#parts;
    const now = clock.now();
    cells.forgetIdle(now - IDLE_CELL_MS);
    for (const log of LOG_NAMES) {
      const { ageMs, most } = { ...LOGS[log], ...logs?.[log] };
      const keep = { before: now - ageMs, most };
      await this.#repeat(async () => (await store.pruneLog(log, keep, STEP[log])) === STEP[log]);
    }
    await this.#makeRoom();
    const { quotas } = await store.loadRegistry();
    const lifetime = new CounterLifetime(budgets, quotas, now);
    const sweep = store.sweepCounters(lifetime.isOver);
    await this.#repeat(async () => (await sweep.next(STEP.counters)) === 'more');
    // After the counters: the mark of an idle conversation goes with its counter.
    const forgetting = marks.forget(lifetime);
    await this.#repeat(async () => (await forgetting.next(STEP.alerts)) === 'more');
  }

  async #makeRoom(): Promise<void> {
    const { store, mostBytes = Infinity } = this.#parts;
    const keep = { before: 0, most: LATEST_TRACES };
    await this.#repeat(
      async () =>
        (await store.usedBytes()) > mostBytes &&
        (await store.pruneLog('traces', keep, STEP.traces)) === STEP.traces,
    );
  }

  /** Steps with pauses between them, until one says that nothing is left. */
  async #repeat(step: () => Promise<boolean>): Promise<void> {
    while (!this.#disposed && (await step())) {
      await new Promise<void>((resolve) => {
        this.#cancel = this.#parts.clock.after(PAUSE_MS, resolve);
      });
    }
  }
}
