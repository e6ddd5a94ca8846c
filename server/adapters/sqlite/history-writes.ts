import type { AuditEntry } from '../../core/ports/store.ts';
import type { Trace } from '../../../shared/model/trace.ts';
import type { CellRecord, StateTransition } from '../../../shared/model/states.ts';
import type { Connection } from './open-database.ts';

/** What happened, as steps of the turn's transaction. */
export class HistoryWrites {
  readonly #insertTrace;
  readonly #insertTraceKey;
  readonly #saveCell;
  readonly #deleteCell;
  readonly #insertTransition;
  readonly #insertAudit;

  constructor(connection: Connection) {
    this.#insertTrace = connection.prepare<[string, number, string, string | null]>(
      `INSERT INTO requests (id, started_at, trace, client_id) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET started_at = excluded.started_at, trace = excluded.trace`,
    );
    this.#insertTraceKey = connection.prepare<[string, number, string]>(
      'INSERT OR IGNORE INTO request_keys (key_id, started_at, request_id) VALUES (?, ?, ?)',
    );
    this.#saveCell = connection.prepare(
      `INSERT OR REPLACE INTO cells (owner, family, dimension, state, until, failures, since)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#deleteCell = connection.prepare(
      'DELETE FROM cells WHERE owner = ? AND family = ? AND dimension = ?',
    );
    this.#insertTransition = connection.prepare('INSERT INTO transitions (owner, transition) VALUES (?, ?)');
    this.#insertAudit = connection.prepare('INSERT INTO audit (target, entry) VALUES (?, ?)');
  }

  /** Keeps a trace, in the place of an earlier one of the same request. */
  recordTrace(trace: Trace): void {
    const { requestId, startedAt, clientRequestId = null } = trace;
    this.#insertTrace.run(requestId, startedAt, JSON.stringify(trace), clientRequestId);
    for (const { keyId } of trace.attempts) {
      this.#insertTraceKey.run(keyId, startedAt, requestId);
    }
  }

  /** Keeps the cells that are not available, removes those that are, and logs the transitions. */
  recordStates(cells: readonly CellRecord[], transitions: readonly StateTransition[]): void {
    for (const cell of cells) {
      const { owner, family, dimension, state, until, failures, since } = cell;
      if (state === 'available') this.#deleteCell.run(owner, family, dimension);
      else this.#saveCell.run(owner, family, dimension, state, until, failures, since);
    }
    for (const transition of transitions) {
      this.#insertTransition.run(transition.owner, JSON.stringify(transition));
    }
  }

  /** Logs a change. */
  recordAudit(entry: AuditEntry): void {
    this.#insertAudit.run(entry.target, JSON.stringify(entry));
  }
}
