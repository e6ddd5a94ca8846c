import type { Balance } from '../../core/ledger/judge-reservation.ts';
import type { CounterAddress } from '../../core/ports/store.ts';
import type { Connection } from './open-database.ts';

/** Old windows are never asked for again: past this many entries all are dropped and loaded anew. */
const MOST_ENTRIES = 20_000;

interface Entry extends Balance {
  readonly subject: string;
  readonly windowStart: number;
  spentNano: number;
  heldNano: number;
  unknownNano: number;
  /** Spend of this transaction that was not written yet. */
  pendingNano: number;
}

type HeldRow = [subject: string, windowStart: number, spent: number, held: number, unknown: number];

/**
 * The counters in memory beside the log, so that an admission reads nothing from the database. Valid only inside
 * a write transaction and only while no other connection wrote: SQLite's `data_version` tells, and then the
 * entries are loaded anew. Spend is written as a sum per counter and transaction, always relative to the row.
 */
export class CounterCache {
  readonly #dataVersion;
  readonly #loadHeld;
  readonly #loadSpent;
  readonly #addSpent;
  readonly #entries = new Map<string, Entry>();
  #changed: Entry[] = [];
  #seenVersion: number | undefined;

  constructor(connection: Connection) {
    this.#dataVersion = connection.prepare<[], number>('PRAGMA data_version').pluck();
    this.#loadHeld = connection
      .prepare<[], HeldRow>(
        `SELECT h.subject, h.window_start, coalesce(max(c.spent), 0),
           sum(iif(a.state = 'reserved', h.amount, 0)), sum(iif(a.state = 'unknown', h.amount, 0))
         FROM holds h JOIN attempts a ON a.seq = h.attempt
           LEFT JOIN counters c ON c.subject = h.subject AND c.window_start = h.window_start
         GROUP BY h.subject, h.window_start`,
      )
      .raw();
    this.#loadSpent = connection
      .prepare<[string, number], number>('SELECT spent FROM counters WHERE subject = ? AND window_start = ?')
      .pluck();
    this.#addSpent = connection.prepare<[string, number, number]>(
      `INSERT INTO counters (subject, window_start, spent) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET spent = spent + excluded.spent`,
    );
  }

  /** At the start of each write transaction: drops what another process made stale. */
  revalidate(): void {
    const version = this.#dataVersion.get();
    if (version === this.#seenVersion && this.#entries.size <= MOST_ENTRIES) return;
    this.reload();
    this.#seenVersion = version;
  }

  /** What a counter holds now, this transaction's changes included. */
  balance = (counter: CounterAddress): Balance => this.#entry(counter);

  /** Adds to (or, negative, takes from) what running attempts hold. */
  addHeld(counter: CounterAddress, nano: number): void {
    this.#entry(counter).heldNano += nano;
  }

  /** Adds to (or takes from) what attempts of unknown outcome hold. */
  addUnknown(counter: CounterAddress, nano: number): void {
    this.#entry(counter).unknownNano += nano;
  }

  /** Books spend; it is written by `flush`. */
  addSpent(counter: CounterAddress, nano: number): void {
    const entry = this.#entry(counter);
    if (nano === 0) return;
    if (entry.pendingNano === 0) this.#changed.push(entry);
    entry.spentNano += nano;
    entry.pendingNano += nano;
  }

  /** Writes the spend of this transaction, one row a counter. */
  flush(): void {
    const changed = this.#changed;
    this.#changed = [];
    for (const entry of changed) {
      this.#addSpent.run(entry.subject, entry.windowStart, entry.pendingNano);
      entry.pendingNano = 0;
    }
  }

  /** After a rollback: nothing here is true any more, unwritten spend included. */
  invalidate(): void {
    this.#changed = [];
    this.#seenVersion = undefined;
  }

  /** Reads all holds anew, at once: read later, they would contain what the running step has written. */
  reload(): void {
    this.#entries.clear();
    for (const [subject, windowStart, spent, held, unknown] of this.#loadHeld.all()) {
      const entry = this.#add(subject, windowStart, spent);
      entry.heldNano = held;
      entry.unknownNano = unknown;
    }
  }

  #entry(counter: CounterAddress): Entry {
    const { subject, windowStart } = counter;
    const found = this.#entries.get(`${windowStart} ${subject}`);
    if (found) return found;
    return this.#add(subject, windowStart, this.#loadSpent.get(subject, windowStart) ?? 0);
  }

  #add(subject: string, windowStart: number, spentNano: number): Entry {
    const entry = { subject, windowStart, spentNano, heldNano: 0, unknownNano: 0, pendingNano: 0 };
    this.#entries.set(`${windowStart} ${subject}`, entry);
    return entry;
  }
}
