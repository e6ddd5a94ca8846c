import type { CounterAddress, Keep, LogName, UsedCounter } from '../../core/ports/store.ts';
import type { CounterCache } from './counter-cache.ts';
import type { Connection, Statement } from './open-database.ts';

interface LogRow {
  readonly seq: number;
  readonly at: number;
  /** Whether it may go at all. */
  readonly free: 0 | 1;
}

/** How the oldest rows of a log are found and deleted. Rows are numbered in the order in which they were written. */
interface Log {
  readonly newest: Statement<[]>;
  readonly oldest: Statement<[limit: number]>;
  /** All rows up to a number, and what belongs to them first. */
  readonly forget: readonly Statement<[upTo: number]>[];
}

/** An attempt that runs, or whose outcome a crash hid and that still holds something. */
const OPEN = `state = 'reserved' OR EXISTS (SELECT 1 FROM holds WHERE attempt = seq AND amount > 0)`;

/** Before the first: no subject is smaller. */
const START: CounterAddress = { subject: '', windowStart: Number.MIN_SAFE_INTEGER };

/** Forgetting, as steps of the turn's transaction: each looks at so many rows only. */
export class PruningWrites {
  readonly #counters: CounterCache;
  readonly #logs: Readonly<Record<LogName, Log>>;
  readonly #usedBytes;
  readonly #nextCounters;
  readonly #deleteCounter;
  readonly #deleteAlert;

  constructor(connection: Connection, counters: CounterCache) {
    this.#counters = counters;
    const log = (table: string, columns: string, forget: readonly string[]): Log => {
      const number = table === 'requests' ? 'rowid' : 'seq';
      return {
        newest: connection.prepare<[]>(`SELECT max(${number}) FROM ${table}`).pluck(),
        oldest: connection.prepare<[number]>(
          `SELECT ${number} AS seq, ${columns} FROM ${table} ORDER BY ${number} LIMIT ?`,
        ),
        forget: [...forget, `DELETE FROM ${table} WHERE ${number} <= ?`].map((sql) =>
          connection.prepare<[number]>(sql),
        ),
      };
    };
    this.#logs = {
      traces: log('requests', 'started_at AS at, 1 AS free', [
        `DELETE FROM request_keys WHERE (key_id, started_at, request_id) IN (
           SELECT a.value ->> '$.keyId', r.started_at, r.id FROM requests r, json_each(r.trace, '$.attempts') a
           WHERE r.rowid <= ?)`,
        'DELETE FROM bodies WHERE request_id IN (SELECT id FROM requests WHERE rowid <= ?)',
      ]),
      transitions: log('transitions', `transition ->> '$.at' AS at, 1 AS free`, []),
      audit: log('audit', `entry ->> '$.at' AS at, 1 AS free`, []),
      entries: log('attempts', `reserved_at AS at, NOT (${OPEN}) AS free`, [
        'DELETE FROM holds WHERE attempt <= ?',
      ]),
    };
    this.#usedBytes = connection
      .prepare<[]>(
        `SELECT (p.page_count - f.freelist_count) * s.page_size
         FROM pragma_page_count p, pragma_freelist_count f, pragma_page_size s`,
      )
      .pluck();
    this.#nextCounters = connection.prepare<[string, number, number], UsedCounter>(
      `SELECT subject, window_start AS windowStart, used_at AS usedAt FROM counters
       WHERE (subject, window_start) > (?, ?) ORDER BY subject, window_start LIMIT ?`,
    );
    this.#deleteCounter = connection.prepare<[string, number]>(
      'DELETE FROM counters WHERE subject = ? AND window_start = ?',
    );
    this.#deleteAlert = connection.prepare<[string]>('DELETE FROM alerts WHERE name = ?');
  }

  /** See `Pruning.pruneLog`. */
  pruneLog(name: LogName, { before, most }: Keep, limit: number): number {
    const log = this.#logs[name];
    const surplus = ((log.newest.get() as number | null) ?? 0) - most;
    let last = 0;
    let count = 0;
    for (const { seq, at, free } of log.oldest.all(limit) as LogRow[]) {
      if (!free || (at >= before && seq > surplus)) break;
      last = seq;
      count++;
    }
    if (count > 0) for (const statement of log.forget) statement.run(last);
    return count;
  }

  /** See `Pruning.usedBytes`. */
  usedBytes(): number {
    return this.#usedBytes.get() as number;
  }

  /** Looks at so many counters after one; returns the last one, `null` at the end. */
  sweepCounters(
    after: CounterAddress | null,
    limit: number,
    isOver: (counter: UsedCounter) => boolean,
  ): CounterAddress | null {
    const { subject, windowStart } = after ?? START;
    // What is booked in this turn is in its row before that goes.
    this.#counters.flush();
    const rows = this.#nextCounters.all(subject, windowStart, limit);
    let forgotten = false;
    for (const row of rows) {
      if (!isOver(row)) continue;
      const { held, unknown } = this.#counters.balance(row.subject, row.windowStart);
      if (held > 0 || unknown > 0) continue;
      this.#deleteCounter.run(row.subject, row.windowStart);
      forgotten = true;
    }
    if (forgotten) this.#counters.reload();
    return rows.length < limit ? null : (rows.at(-1) ?? null);
  }

  /** See `Pruning.forgetAlerts`. */
  forgetAlerts(names: readonly string[]): void {
    for (const name of names) this.#deleteAlert.run(name);
  }
}
