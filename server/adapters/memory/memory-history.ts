import { matchesTrace } from '../../../shared/model/trace-filter.ts';
import type {
  AuditEntry,
  AuditQuery,
  FoundTraces,
  Keep,
  TraceQuery,
  TraceSearch,
} from '../../core/ports/store.ts';
import type { StateTransition } from '../../../shared/model/states.ts';
import type { Trace } from '../../../shared/model/trace.ts';

/** The newest traces, transitions and audit entries in memory, synchronous. */
export class MemoryHistory {
  readonly #traces = new Map<string, Trace>();
  readonly #bodies = new Map<string, Uint8Array>();
  readonly #transitions: StateTransition[] = [];
  readonly #audit: AuditEntry[] = [];
  readonly #mostEntries: number;

  constructor(mostEntries: number) {
    this.#mostEntries = mostEntries;
  }

  /** Keeps a trace, in the place of an earlier one of the same request. */
  recordTrace(trace: Trace): void {
    this.#traces.set(trace.requestId, trace);
    if (this.#traces.size <= this.#mostEntries) return;
    for (const oldest of this.#traces.keys()) {
      this.#traces.delete(oldest);
      this.#bodies.delete(oldest);
      break;
    }
  }

  /** See `History.recordBodies`. */
  recordBodies(requestId: string, sealed: Uint8Array, mostBytes: number): void {
    this.#bodies.set(requestId, sealed.slice());
    let bytes = [...this.#bodies.values()].reduce((sum, { length }) => sum + length, 0);
    for (const [oldest, { length }] of this.#bodies) {
      if (bytes <= mostBytes) break;
      this.#bodies.delete(oldest);
      bytes -= length;
    }
  }

  /** See `History.loadBodies`. */
  loadBodies(requestId: string): Uint8Array | null {
    return this.#bodies.get(requestId)?.slice() ?? null;
  }

  /** Logs transitions. */
  recordTransitions(transitions: readonly StateTransition[]): void {
    this.#transitions.push(...transitions);
    this.#dropSurplus(this.#transitions);
  }

  /** Logs a change. */
  recordAudit(entry: AuditEntry): void {
    this.#audit.push(entry);
    this.#dropSurplus(this.#audit);
  }

  /** See `History.listTraces`. */
  listTraces({ limit, beforeRequestId, keyId }: TraceQuery): readonly Trace[] {
    let wanted = [...this.#traces.values()].sort(newestFirst);
    if (keyId !== undefined) {
      wanted = wanted.filter(({ attempts }) => attempts.some((attempt) => attempt.keyId === keyId));
    }
    if (beforeRequestId !== undefined) {
      const limiting = this.#traces.get(beforeRequestId);
      wanted = limiting ? wanted.filter((trace) => newestFirst(limiting, trace) < 0) : [];
    }
    return wanted.slice(0, limit);
  }

  /** See `History.searchTraces`. */
  searchTraces({ filter, limit, ...search }: TraceSearch): FoundTraces {
    const all = this.listTraces({ ...search, limit: this.#mostEntries });
    const found = all.filter((trace) => matchesTrace(trace, filter));
    const traces = found.slice(0, limit);
    return { traces, next: found.length > limit ? (traces.at(-1)?.requestId ?? null) : null };
  }

  /** See `History.findTrace`. */
  findTrace(requestId: string): Trace | null {
    const trace = this.#traces.get(requestId);
    if (trace) return trace;
    const named = [...this.#traces.values()].filter(({ clientRequestId }) => clientRequestId === requestId);
    return named.sort(newestFirst)[0] ?? null;
  }

  /** See `History.transitions`. */
  transitions(query: { readonly owner?: string; readonly limit: number }): readonly StateTransition[] {
    const { owner, limit } = query;
    const newest = this.#transitions.toReversed();
    return (owner === undefined ? newest : newest.filter((entry) => entry.owner === owner)).slice(0, limit);
  }

  /** See `History.listAudit`. */
  listAudit({ limit, target }: AuditQuery): readonly AuditEntry[] {
    const newest = this.#audit.toReversed();
    return (target === undefined ? newest : newest.filter((entry) => entry.target === target)).slice(
      0,
      limit,
    );
  }

  /** See `Pruning.pruneLog`. */
  prune(log: 'traces' | 'transitions' | 'audit', keep: Keep, limit: number): number {
    switch (log) {
      case 'traces':
        return this.#pruneTraces(keep, limit);
      case 'transitions':
        return pruneList(this.#transitions, keep, limit);
      case 'audit':
        return pruneList(this.#audit, keep, limit);
    }
  }

  #pruneTraces({ before, most }: Keep, limit: number): number {
    let count = 0;
    for (const [id, { startedAt }] of this.#traces) {
      if (count === limit || (startedAt >= before && this.#traces.size <= most)) break;
      this.#traces.delete(id);
      this.#bodies.delete(id);
      count++;
    }
    return count;
  }

  #dropSurplus(log: unknown[]): void {
    const surplus = log.length - this.#mostEntries;
    if (surplus > 0) log.splice(0, surplus);
  }
}

function pruneList(list: { readonly at: number }[], { before, most }: Keep, limit: number): number {
  const kept = list.findIndex(({ at }, index) => at >= before && list.length - index <= most);
  const count = Math.min(limit, kept === -1 ? list.length : kept);
  list.splice(0, count);
  return count;
}

/** Ids sort by creation, so that requests of one millisecond have an order too. */
function newestFirst(one: Trace, other: Trace): number {
  if (one.startedAt !== other.startedAt) return other.startedAt - one.startedAt;
  if (one.requestId === other.requestId) return 0;
  return one.requestId < other.requestId ? 1 : -1;
}
