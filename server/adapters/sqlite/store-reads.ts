import type { AuditEntry, AuditQuery, LedgerEntry, TraceQuery } from '../../core/ports/store.ts';
import type { Trace } from '../../../shared/model/trace.ts';
import type { StateTransition } from '../../../shared/model/states.ts';
import type { TokenUsage } from '../../../shared/model/usage.ts';
import type { Connection } from './open-database.ts';

export interface EntryRow extends Omit<LedgerEntry, 'usage'> {
  readonly usage: string | null;
}

export const ENTRY_COLUMNS = `id AS attemptId, request_id AS requestId, key_id AS keyId, provider_id AS providerId,
  virtual_key_id AS virtualKeyId, model, reserved_at AS reservedAt, reserved AS reservedNano, state,
  settled_at AS settledAt, cost AS costNano, cost_basis AS costBasis, usage`;

const END_OF_TIME = Number.MAX_SAFE_INTEGER;

/** Every question that is asked of the stored history and the ledger's entries. Needs nothing but a connection that may read. */
export class StoreReads {
  readonly #newestEntries;
  readonly #entriesOfRequest;
  readonly #traces;
  readonly #tracesOfKey;
  readonly #start;
  readonly #trace;
  readonly #traceOfClient;
  readonly #transitions;
  readonly #transitionsOfOwner;
  readonly #audit;
  readonly #auditOfTarget;

  constructor(connection: Connection) {
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
    this.#traceOfClient = connection
      .prepare<[string], string>(
        `SELECT trace FROM requests WHERE client_id = ? ORDER BY started_at DESC, rowid DESC LIMIT 1`,
      )
      .pluck();
    this.#transitions = connection
      .prepare<[number], string>('SELECT transition FROM transitions ORDER BY seq DESC LIMIT ?')
      .pluck();
    this.#transitionsOfOwner = connection
      .prepare<[string, number], string>(
        'SELECT transition FROM transitions WHERE owner = ? ORDER BY seq DESC LIMIT ?',
      )
      .pluck();
    this.#audit = connection
      .prepare<[number], string>('SELECT entry FROM audit ORDER BY seq DESC LIMIT ?')
      .pluck();
    this.#auditOfTarget = connection
      .prepare<[string, number], string>('SELECT entry FROM audit WHERE target = ? ORDER BY seq DESC LIMIT ?')
      .pluck();
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
    const row = this.#trace.get(requestId) ?? this.#traceOfClient.get(requestId);
    return row === undefined ? null : (JSON.parse(row) as Trace);
  }

  /** See `History.transitions`. */
  transitions(query: { readonly owner?: string; readonly limit: number }): readonly StateTransition[] {
    const { owner, limit } = query;
    const rows =
      owner === undefined ? this.#transitions.all(limit) : this.#transitionsOfOwner.all(owner, limit);
    return rows.map((row) => JSON.parse(row) as StateTransition);
  }

  /** See `History.listAudit`. */
  listAudit({ limit, target }: AuditQuery): readonly AuditEntry[] {
    const rows = target === undefined ? this.#audit.all(limit) : this.#auditOfTarget.all(target, limit);
    return rows.map((row) => JSON.parse(row) as AuditEntry);
  }
}

export function entryOf({ usage, ...row }: EntryRow): LedgerEntry {
  return {
    ...row,
    usage: usage === null ? null : (JSON.parse(usage) as TokenUsage),
  };
}
