import { RouterError } from '../../core/router-error.ts';
import { type Connection, reasonOf, sqliteCode } from './open-database.ts';

/** How one step ended, after the transaction that it was part of. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: Error };

/** What the owner of cached rows does around a transaction. */
export interface TransactionHooks {
  /** The write lock is held and nothing was written yet: stale caches are to be dropped. */
  begun(): void;
  /** All steps are through: what they left to be written together is written. May throw. */
  committing(): void;
  /** Nothing of this transaction was kept. */
  rolledBack(): void;
}

interface Batch {
  readonly steps: readonly (() => unknown)[];
  readonly outcomes: Outcome<unknown>[];
  readonly finish: () => void;
}

/**
 * Group commit: whatever is pushed in one turn of the event loop becomes one transaction at the turn's end, since
 * a commit costs more than all of its rows. A step that fails is undone alone; a commit that fails, or a full or
 * failing disk, fails every step.
 */
export class WriteQueue {
  readonly #connection: Connection;
  readonly #hooks: TransactionHooks;
  readonly #begin;
  readonly #commit;
  readonly #rollback;
  readonly #savepoint;
  readonly #release;
  readonly #undo;
  #batches: Batch[] = [];
  #scheduled: NodeJS.Immediate | null = null;
  #closed = false;
  #transactions = 0;

  constructor(connection: Connection, hooks: TransactionHooks) {
    this.#connection = connection;
    this.#hooks = hooks;
    this.#begin = connection.prepare('BEGIN IMMEDIATE');
    this.#commit = connection.prepare('COMMIT');
    this.#rollback = connection.prepare('ROLLBACK');
    this.#savepoint = connection.prepare('SAVEPOINT step');
    this.#release = connection.prepare('RELEASE step');
    this.#undo = connection.prepare('ROLLBACK TO step');
  }

  /** Transactions committed so far. */
  get transactions(): number {
    return this.#transactions;
  }

  /** Runs the steps, in order, in this turn's transaction. Never rejects: each step has its own outcome. */
  push<T>(steps: readonly (() => T)[]): Promise<readonly Outcome<T>[]> {
    return new Promise((resolve) => {
      const outcomes: Outcome<unknown>[] = [];
      const finish = () => resolve(outcomes as Outcome<T>[]);
      this.#batches.push({ steps, outcomes, finish });
      this.#scheduled ??= setImmediate(() => this.#flush());
    });
  }

  /** Runs one step and returns its value; rejects with its error. */
  async write<T>(step: () => T): Promise<T> {
    const [outcome] = await this.push([step]);
    if (!outcome) throw new Error('a step without an outcome');
    if (!outcome.ok) throw outcome.error;
    return outcome.value;
  }

  /** Writes what is queued, at once; what is pushed from now on fails. */
  close(): void {
    if (this.#scheduled) clearImmediate(this.#scheduled);
    this.#flush();
    this.#closed = true;
  }

  #flush(): void {
    this.#scheduled = null;
    const batches = this.#batches;
    this.#batches = [];
    if (batches.length === 0) return;
    try {
      if (this.#closed) throw new RouterError('store_unavailable', 'The database is closed.');
      this.#transact(batches);
    } catch (error) {
      const failure = unavailable(error);
      for (const { steps, outcomes } of batches) {
        outcomes.length = 0;
        for (const _ of steps) outcomes.push({ ok: false, error: failure });
      }
    }
    for (const { finish } of batches) finish();
  }

  #transact(batches: readonly Batch[]): void {
    this.#begin.run();
    try {
      this.#hooks.begun();
      for (const { steps, outcomes } of batches) {
        for (const step of steps) outcomes.push(this.#alone(step));
      }
      this.#hooks.committing();
      this.#commit.run();
      this.#transactions += 1;
    } catch (error) {
      // Some errors (a full disk) have rolled back already: https://www.sqlite.org/lang_transaction.html
      if (this.#connection.inTransaction) this.#rollback.run();
      this.#hooks.rolledBack();
      throw error;
    }
  }

  #alone(step: () => unknown): Outcome<unknown> {
    this.#savepoint.run();
    try {
      const value = step();
      this.#release.run();
      return { ok: true, value };
    } catch (error) {
      if (failsEverything(error) || !this.#connection.inTransaction) throw error;
      this.#undo.run();
      this.#release.run();
      return { ok: false, error: error instanceof Error ? error : new Error(String(error)) };
    }
  }
}

/** A row that breaks a constraint is its step's fault; any other error of SQLite is the database's. */
function failsEverything(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== null && !code.startsWith('SQLITE_CONSTRAINT') && code !== 'SQLITE_MISMATCH';
}

function unavailable(error: unknown): RouterError {
  if (error instanceof RouterError) return error;
  return new RouterError('store_unavailable', `The database can't be written: ${reasonOf(error)}`, {
    cause: error,
  });
}
