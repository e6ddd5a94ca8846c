import { setImmediate } from 'node:timers/promises';
import type { Trace } from '../../../shared/model/trace.ts';
import { matchesTrace } from '../../../shared/model/trace-filter.ts';
import type { FoundTraces, TraceSearch } from '../../core/ports/store.ts';
import type { Connection } from './open-database.ts';

/** Rows that are read and parsed before others have the thread: about a millisecond. */
const STEP = 40;
/** Rows a call: about half a second in all. Whoever wants to know more goes on from there. */
const MOST_ROWS = 20_000;
const END_OF_TIME = Number.MAX_SAFE_INTEGER;

interface Row {
  readonly id: string;
  readonly startedAt: number;
  readonly trace: string;
}

interface Position {
  readonly startedAt: number;
  readonly id: string;
}

/**
 * Searches of the history. There is no index for what is searched for: each would be one more page in every commit. So rows
 * are read back in time, and looked at one by one.
 */
export class TraceSearches {
  readonly #start;
  readonly #rows;
  readonly #rowsOfKey;

  constructor(connection: Connection) {
    this.#start = connection
      .prepare<[string], number>('SELECT started_at FROM requests WHERE id = ?')
      .pluck();
    this.#rows = connection.prepare<[number, string, number], Row>(
      `SELECT id, started_at AS startedAt, trace FROM requests WHERE (started_at, id) < (?, ?)
       ORDER BY started_at DESC, id DESC LIMIT ?`,
    );
    this.#rowsOfKey = connection.prepare<[string, number, string, number], Row>(
      `SELECT r.id, r.started_at AS startedAt, r.trace FROM request_keys k JOIN requests r ON r.id = k.request_id
       WHERE k.key_id = ? AND (k.started_at, k.request_id) < (?, ?)
       ORDER BY k.started_at DESC, k.request_id DESC LIMIT ?`,
    );
  }

  /** See `History.searchTraces`. */
  async search(search: TraceSearch): Promise<FoundTraces> {
    const { filter, limit } = search;
    const traces: Trace[] = [];
    let position = this.#begin(search);
    for (let seen = 0; position && seen < MOST_ROWS; seen += STEP) {
      const rows = this.#next(filter.keyId, position);
      for (const { id, startedAt, trace } of rows) {
        if (filter.since !== undefined && startedAt < filter.since) return { traces, next: null };
        position = { id, startedAt };
        const parsed = JSON.parse(trace) as Trace;
        if (!matchesTrace(parsed, filter)) continue;
        traces.push(parsed);
        if (traces.length === limit)
          return { traces, next: this.#isLast(filter.keyId, position) ? null : id };
      }
      if (rows.length < STEP) return { traces, next: null };
      await setImmediate();
    }
    return { traces, next: position?.id ?? null };
  }

  /** `null`: the request to go on from is not kept (any more). */
  #begin({ filter, beforeRequestId }: TraceSearch): Position | null {
    const until = filter.until ?? END_OF_TIME;
    if (beforeRequestId === undefined) return { startedAt: until, id: '' };
    const startedAt = this.#start.get(beforeRequestId);
    if (startedAt === undefined) return null;
    return startedAt < until ? { startedAt, id: beforeRequestId } : { startedAt: until, id: '' };
  }

  #next(keyId: string | undefined, { startedAt, id }: Position, count = STEP): readonly Row[] {
    return keyId === undefined
      ? this.#rows.all(startedAt, id, count)
      : this.#rowsOfKey.all(keyId, startedAt, id, count);
  }

  #isLast(keyId: string | undefined, position: Position): boolean {
    return this.#next(keyId, position, 1).length === 0;
  }
}
