import { CounterMap } from '../../core/ledger/counter-map.ts';
import type { Balance } from '../../core/ledger/judge-reservation.ts';
import type { CounterAddress, CounterState } from '../../core/ports/store.ts';
import type { Connection } from './open-database.ts';

/** Old windows are never asked for again: past this many entries all are dropped and loaded anew. */
const MOST_ENTRIES = 20_000;

interface Entry extends Balance {
  readonly subject: string;
  readonly windowStart: number;
  spent: number;
  held: number;
  unknown: number;
  /** What was booked in this transaction and not written yet, and when. */
  pending: number;
  usedAt: number;
}

type HeldRow = [subject: string, windowStart: number, spent: number, held: number, unknown: number];

/**
 * The counters in memory beside the log, so that an admission reads nothing from the database. Valid only while no
 * other connection wrote: SQLite's `data_version` tells, and then the entries are loaded anew. What is booked is
 * written as a sum per counter and transaction, always relative to the row.
 */
export class CounterCache {
  readonly #dataVersion;
  readonly #loadHeld;
  readonly #loadSpent;
  readonly #addSpent;
  readonly #entries = new CounterMap<Entry>();
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
    this.#addSpent = connection.prepare<[string, number, number, number]>(
      `INSERT INTO counters (subject, window_start, spent, used_at) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET spent = spent + excluded.spent, used_at = excluded.used_at`,
    );
  }

  /** At the start of each write transaction: drops what another process made stale. */
  revalidate(): void {
    const version = this.#dataVersion.get();
    if (version === this.#seenVersion && this.#entries.size <= MOST_ENTRIES) return;
    this.reload();
    this.#seenVersion = version;
  }

  /** Outside of transactions: one state an address, in the order asked. */
  states(addresses: readonly CounterAddress[]): readonly CounterState[] {
    this.revalidate();
    return addresses.map(({ subject, windowStart }) => {
      const { spent, held, unknown } = this.balance(subject, windowStart);
      return { subject, windowStart, spent, held, unknown };
    });
  }

  /** What a counter has now, this transaction's changes included. */
  balance = (subject: string, windowStart: number): Balance =>
    this.#entries.get(subject, windowStart) ?? this.#load({ subject, windowStart });

  /** Adds to (or, negative, takes from) what running attempts hold. */
  addHeld(counter: CounterAddress, amount: number): void {
    this.#entry(counter).held += amount;
  }

  /** Adds to (or takes from) what attempts of unknown outcome hold. */
  addUnknown(counter: CounterAddress, amount: number): void {
    this.#entry(counter).unknown += amount;
  }

  /** Books what was used; it is written by `flush`. */
  addSpent(counter: CounterAddress, amount: number, at: number): void {
    const entry = this.#entry(counter);
    // A counter that was forgotten meanwhile has nothing that could be taken off it.
    const added = Math.max(-entry.spent, amount);
    if (added === 0) return;
    if (entry.pending === 0) this.#changed.push(entry);
    entry.usedAt = at;
    entry.spent += added;
    entry.pending += added;
  }

  /** Writes what was booked in this transaction, one row a counter. */
  flush(): void {
    const changed = this.#changed;
    this.#changed = [];
    for (const entry of changed) {
      this.#addSpent.run(entry.subject, entry.windowStart, entry.pending, entry.usedAt);
      entry.pending = 0;
    }
  }

  /** After a rollback: nothing here is true any more, what is unwritten included. */
  invalidate(): void {
    this.#changed = [];
    this.#seenVersion = undefined;
  }

  /** Reads all holds anew, at once: read later, they would contain what the running step has written. */
  reload(): void {
    this.#entries.clear();
    for (const [subject, windowStart, spent, held, unknown] of this.#loadHeld.all()) {
      const entry = this.#add({ subject, windowStart }, spent);
      entry.held = held;
      entry.unknown = unknown;
    }
  }

  #entry(counter: CounterAddress): Entry {
    return this.#entries.get(counter.subject, counter.windowStart) ?? this.#load(counter);
  }

  #load(counter: CounterAddress): Entry {
    return this.#add(counter, this.#loadSpent.get(counter.subject, counter.windowStart) ?? 0);
  }

  #add({ subject, windowStart }: CounterAddress, spent: number): Entry {
    const entry = { subject, windowStart, spent, held: 0, unknown: 0, pending: 0, usedAt: 0 };
    this.#entries.set(entry, entry);
    return entry;
  }
}
