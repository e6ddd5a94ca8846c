import type { CounterAddress, CounterState, LedgerEntry, TraceQuery } from '../../core/ports/store.ts';
import type { Trace } from '../../../shared/model/trace.ts';
import type { StateTransition } from '../../../shared/model/states.ts';
import type { TokenUsage } from '../../../shared/model/usage.ts';
import type { Connection } from './open-database.ts';

interface EntryRow extends Omit<LedgerEntry, 'usage'> {
  readonly usage: string | null;
}

type HeldRow = [state: 'reserved' | 'unknown', amount: number];

const ENTRY_COLUMNS = `id AS attemptId, request_id AS requestId, key_id AS keyId, provider_id AS providerId,
  virtual_key_id AS virtualKeyId, model, reserved_at AS reservedAt, reserved AS reservedNano, state,
  settled_at AS settledAt, cost AS costNano, cost_basis AS costBasis, usage`;

const END_OF_TIME = Number.MAX_SAFE_INTEGER;

/** Every question that is asked of the stored history and money. Needs nothing but a connection that may read. */
export class StoreReads {
  readonly #spent;
  readonly #held;
  readonly #newestEntries;
  readonly #entriesOfRequest;
  readonly #traces;
  readonly #tracesOfKey;
  readonly #start;
  readonly #trace;
  readonly #transitions;
  readonly #transitionsOfOwner;

  constructor(connection: Connection) {
    this.#spent = connection
      .prepare<[string, number], number>('SELECT spent FROM counters WHERE subject = ? AND window_start = ?')
      .pluck();
    this.#held = connection
      .prepare<[string, number], HeldRow>(
        `SELECT a.state, sum(h.amount) FROM holds h JOIN attempts a ON a.seq = h.attempt
         WHERE h.subject = ? AND h.window_start = ? GROUP BY a.state`,
      )
      .raw();
    this.#newestEntries = connection.prepare<[number], EntryRow>(
      `SELECT ${ENTRY_COLUMNS} FROM attempts ORDER BY seq DESC LIMIT ?`,
    );
    this.#entriesOfRequest = connection.prepare<[string, number], EntryRow>(
      `SELECT ${ENTRY_COLUMNS} FROM attempts WHERE request_id = ? ORDER BY seq DESC LIMIT ?`,
    );
    this.#traces = connection
      .prepare<[number, string, number], string>(
        `SELECT trace FROM requests WHERE (started_at, id) < (?, ?)
         ORDER BY started_at DESC, id DESC LIMIT ?`,
      )
      .pluck();
    this.#tracesOfKey = connection
      .prepare<[string, number, string, number], string>(
        `SELECT r.trace FROM request_keys k JOIN requests r ON r.id = k.request_id
         WHERE k.key_id = ? AND (k.started_at, k.request_id) < (?, ?)
         ORDER BY k.started_at DESC, k.request_id DESC LIMIT ?`,
      )
      .pluck();
    this.#start = connection
      .prepare<[string], number>('SELECT started_at FROM requests WHERE id = ?')
      .pluck();
    this.#trace = connection.prepare<[string], string>('SELECT trace FROM requests WHERE id = ?').pluck();
    this.#transitions = connection
      .prepare<[number], string>('SELECT transition FROM transitions ORDER BY seq DESC LIMIT ?')
      .pluck();
    this.#transitionsOfOwner = connection
      .prepare<[string, number], string>(
        'SELECT transition FROM transitions WHERE owner = ? ORDER BY seq DESC LIMIT ?',
      )
      .pluck();
  }

  /** One state an address, in the order asked; a counter that nothing was booked on is all zero. */
  counters(addresses: readonly CounterAddress[]): readonly CounterState[] {
    return addresses.map(({ subject, windowStart }) => {
      const held = new Map(this.#held.all(subject, windowStart));
      return {
        subject,
        windowStart,
        spentNano: this.#spent.get(subject, windowStart) ?? 0,
        heldNano: held.get('reserved') ?? 0,
        unknownNano: held.get('unknown') ?? 0,
      };
    });
  }

  /** See `Ledger.entries`. */
  entries(query: { readonly requestId?: string; readonly limit: number }): readonly LedgerEntry[] {
    const { requestId, limit } = query;
    const rows =
      requestId === undefined ? this.#newestEntries.all(limit) : this.#entriesOfRequest.all(requestId, limit);
    return rows.reverse().map(entryOf);
  }

  /** See `History.listTraces`. */
  listTraces({ limit, beforeRequestId, keyId }: TraceQuery): readonly Trace[] {
    const start = beforeRequestId === undefined ? END_OF_TIME : this.#start.get(beforeRequestId);
    if (start === undefined) return [];
    const id = beforeRequestId ?? '';
    const rows =
      keyId === undefined
        ? this.#traces.all(start, id, limit)
        : this.#tracesOfKey.all(keyId, start, id, limit);
    return rows.map((row) => JSON.parse(row) as Trace);
  }

  /** See `History.findTrace`. */
  findTrace(requestId: string): Trace | null {
    const row = this.#trace.get(requestId);
    return row === undefined ? null : (JSON.parse(row) as Trace);
  }

  /** See `History.transitions`. */
  transitions(query: { readonly owner?: string; readonly limit: number }): readonly StateTransition[] {
    const { owner, limit } = query;
    const rows =
      owner === undefined ? this.#transitions.all(limit) : this.#transitionsOfOwner.all(owner, limit);
    return rows.map((row) => JSON.parse(row) as StateTransition);
  }
}

function entryOf({ usage, ...row }: EntryRow): LedgerEntry {
  return {
    ...row,
    usage: usage === null ? null : (JSON.parse(usage) as TokenUsage),
  };
}
