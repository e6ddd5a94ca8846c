import type {
  Admission,
  AuditEntry,
  AuditQuery,
  CounterAddress,
  CounterState,
  CounterSweep,
  FoundTraces,
  Keep,
  LedgerEntry,
  LogName,
  RegistrySnapshot,
  Reservation,
  Settlement,
  Store,
  StoredPolicy,
  TraceQuery,
  TraceSearch,
  UsedCounter,
} from '../../core/ports/store.ts';
import type { BudgetRecord, QuotaRecord } from '../../../shared/model/limits.ts';
import type { ModelNameRecord } from '../../../shared/model/model-names.ts';
import type {
  KeyRecord,
  ManagementTokenRecord,
  ProviderRecord,
  VirtualKeyRecord,
} from '../../../shared/model/records.ts';
import type { CellRecord, StateTransition } from '../../../shared/model/states.ts';
import type { Trace } from '../../../shared/model/trace.ts';
import type { WebhookRecord } from '../../../shared/model/webhooks.ts';
import { MemoryHistory } from './memory-history.ts';
import { MemoryLedger } from './memory-ledger.ts';
import { MemoryRegistry } from './memory-registry.ts';

/** How much a memory store keeps. */
export interface MemoryStoreOptions {
  /** Settled attempts, traces, transitions and audit entries: of each the newest so many. Default 10 000. */
  readonly mostEntries?: number;
}

/** The store of a program that embeds the router, and of tests: nothing outlives the process. */
export class MemoryStore implements Store {
  readonly #ledger: MemoryLedger;
  readonly #history: MemoryHistory;
  readonly #registry = new MemoryRegistry();

  constructor({ mostEntries = 10_000 }: MemoryStoreOptions = {}) {
    this.#ledger = new MemoryLedger(mostEntries);
    this.#history = new MemoryHistory(mostEntries);
  }

  async reserveMany(items: readonly Reservation[]): Promise<readonly Admission[]> {
    return items.map((item) => this.#ledger.reserve(item));
  }

  async settleMany(items: readonly Settlement[]): Promise<void> {
    let failure: unknown;
    for (const item of items) {
      try {
        this.#ledger.settle(item);
      } catch (error) {
        failure ??= error;
      }
    }
    if (failure) throw failure;
  }

  async counters(addresses: readonly CounterAddress[]): Promise<readonly CounterState[]> {
    return this.#ledger.counters(addresses);
  }

  async entries(query: {
    readonly requestId?: string;
    readonly limit: number;
  }): Promise<readonly LedgerEntry[]> {
    return this.#ledger.entries(query);
  }

  async recoverAbandoned(): Promise<number> {
    return 0;
  }

  async expireUnknown(): Promise<number> {
    return 0;
  }

  async loadRegistry(): Promise<RegistrySnapshot> {
    return this.#registry.load();
  }

  async saveProvider(provider: ProviderRecord): Promise<void> {
    this.#registry.saveProvider(provider);
  }

  async saveKey(key: KeyRecord, sealed?: Uint8Array, provider?: ProviderRecord): Promise<void> {
    if (provider) this.#registry.saveProvider(provider);
    this.#registry.saveKey(key, sealed);
  }

  async loadSealed(keyId: string): Promise<Uint8Array | null> {
    return this.#registry.loadSealed(keyId);
  }

  async deleteKey(keyId: string): Promise<void> {
    this.#registry.deleteKey(keyId);
  }

  async saveVirtualKey(key: VirtualKeyRecord): Promise<void> {
    this.#registry.saveVirtualKey(key);
  }

  async saveManagementToken(token: ManagementTokenRecord): Promise<void> {
    this.#registry.saveManagementToken(token);
  }

  async saveModelName(record: ModelNameRecord): Promise<void> {
    this.#registry.saveModelName(record);
  }

  async deleteModelName(name: string): Promise<void> {
    this.#registry.deleteModelName(name);
  }

  async saveBudget(budget: BudgetRecord): Promise<void> {
    this.#registry.saveBudget(budget);
  }

  async deleteBudget(id: string): Promise<void> {
    this.#registry.deleteBudget(id);
  }

  async saveQuota(quota: QuotaRecord): Promise<void> {
    this.#registry.saveQuota(quota);
  }

  async deleteQuota(id: string): Promise<void> {
    this.#registry.deleteQuota(id);
  }

  async saveWebhook(webhook: WebhookRecord, sealed: Uint8Array): Promise<void> {
    this.#registry.saveWebhook(webhook, sealed);
  }

  async loadWebhookSecret(id: string): Promise<Uint8Array | null> {
    return this.#registry.loadWebhookSecret(id);
  }

  async deleteWebhook(id: string): Promise<void> {
    this.#registry.deleteWebhook(id);
  }

  async savePolicies(policies: readonly StoredPolicy[]): Promise<void> {
    this.#registry.savePolicies(policies);
  }

  async saveAlert(name: string): Promise<void> {
    this.#registry.saveAlert(name);
  }

  async recordStates(cells: readonly CellRecord[], transitions: readonly StateTransition[]): Promise<void> {
    this.#registry.saveCells(cells);
    this.#history.recordTransitions(transitions);
  }

  async recordTrace(trace: Trace): Promise<void> {
    this.#history.recordTrace(trace);
  }

  async listTraces(query: TraceQuery): Promise<readonly Trace[]> {
    return this.#history.listTraces(query);
  }

  async searchTraces(search: TraceSearch): Promise<FoundTraces> {
    return this.#history.searchTraces(search);
  }

  async findTrace(requestId: string): Promise<Trace | null> {
    return this.#history.findTrace(requestId);
  }

  async transitions(query: {
    readonly owner?: string;
    readonly limit: number;
  }): Promise<readonly StateTransition[]> {
    return this.#history.transitions(query);
  }

  async recordBodies(requestId: string, sealed: Uint8Array, mostBytes: number): Promise<void> {
    this.#history.recordBodies(requestId, sealed, mostBytes);
  }

  async loadBodies(requestId: string): Promise<Uint8Array | null> {
    return this.#history.loadBodies(requestId);
  }

  async recordAudit(entry: AuditEntry): Promise<void> {
    this.#history.recordAudit(entry);
  }

  async listAudit(query: AuditQuery): Promise<readonly AuditEntry[]> {
    return this.#history.listAudit(query);
  }

  async pruneLog(log: LogName, keep: Keep, limit: number): Promise<number> {
    return log === 'entries' ? this.#ledger.prune(keep, limit) : this.#history.prune(log, keep, limit);
  }

  async usedBytes(): Promise<number> {
    return 0;
  }

  sweepCounters(isOver: (counter: UsedCounter) => boolean): CounterSweep {
    return this.#ledger.sweepCounters(isOver);
  }

  async forgetAlerts(names: readonly string[]): Promise<void> {
    this.#registry.forgetAlerts(names);
  }

  async close(): Promise<void> {}
}
