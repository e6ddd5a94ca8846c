import type { Clock } from '../../core/ports/clock.ts';
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
import { BodyRows } from './body-rows.ts';
import { Checkpointer } from './checkpointer.ts';
import { CounterCache } from './counter-cache.ts';
import { HistoryWrites } from './history-writes.ts';
import { type InstanceIdentity, Instances } from './instances.ts';
import { LedgerWrites } from './ledger-writes.ts';
import type { Connection } from './open-database.ts';
import { RegistryRows } from './registry-rows.ts';
import { PruningWrites } from './pruning-writes.ts';
import { type DatabaseSetup, setUpDatabase } from './set-up-database.ts';
import { StoreReads } from './store-reads.ts';
import { TraceSearches } from './trace-searches.ts';
import { WriteQueue } from './write-queue.ts';

/** How a store is opened. */
export interface SqliteStoreOptions extends DatabaseSetup {
  /** The process that opens it; its id is never used twice. */
  readonly instance: InstanceIdentity;
  readonly clock: Pick<Clock, 'now'>;
  /** Whether a process runs on this host. */
  readonly isAlive: (pid: number) => boolean;
  /** Path of `checkpoint-worker`; without it the log is written back between requests, on this thread. */
  readonly checkpointWorker?: string;
}

/** The store on one SQLite file. Several processes may have it open; each sees the others' counters. */
export class SqliteStore implements Store {
  readonly #connection: Connection;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #instances: Instances;
  readonly #counters: CounterCache;
  readonly #ledger: LedgerWrites;
  readonly #history: HistoryWrites;
  readonly #registry: RegistryRows;
  readonly #bodies: BodyRows;
  readonly #reads: StoreReads;
  readonly #search: TraceSearches;
  readonly #pruning: PruningWrites;
  readonly #queue: WriteQueue;
  readonly #checkpointer: Checkpointer | null;
  #closed = false;

  private constructor(connection: Connection, options: SqliteStoreOptions) {
    const { clock, instance, isAlive } = options;
    const counters = new CounterCache(connection);
    this.#connection = connection;
    this.#counters = counters;
    this.#clock = clock;
    this.#instances = new Instances(connection, instance, { startedAt: clock.now(), isAlive });
    this.#ledger = new LedgerWrites(connection, counters, this.#instances);
    this.#history = new HistoryWrites(connection);
    this.#registry = new RegistryRows(connection);
    this.#reads = new StoreReads(connection);
    this.#search = new TraceSearches(connection);
    this.#bodies = new BodyRows(connection);
    this.#pruning = new PruningWrites(connection, counters);
    this.#queue = new WriteQueue(connection, {
      begun: () => counters.revalidate(),
      committing: () => counters.flush(),
      rolledBack: () => {
        counters.invalidate();
        this.#ledger.forgetRunning();
      },
    });
    this.#checkpointer = Checkpointer.start(connection, options);
  }

  /** Opens or creates the file and registers this process. Throws `RouterError('store_unavailable')`. */
  static open(options: SqliteStoreOptions): SqliteStore {
    const use = (connection: Connection) => new SqliteStore(connection, options);
    return setUpDatabase(options, options.clock.now(), use);
  }

  /** Write transactions committed since the store was opened. */
  get transactions(): number {
    return this.#queue.transactions;
  }

  async reserveMany(items: readonly Reservation[]): Promise<readonly Admission[]> {
    const outcomes = await this.#queue.push(items.map((item) => () => this.#ledger.reserve(item)));
    return outcomes.map((outcome) =>
      outcome.ok ? outcome.value : { ok: false, code: 'unavailable', message: outcome.error.message },
    );
  }

  async settleMany(items: readonly Settlement[]): Promise<void> {
    const outcomes = await this.#queue.push(items.map((item) => () => this.#ledger.settle(item)));
    for (const outcome of outcomes) if (!outcome.ok) throw outcome.error;
  }

  async counters(addresses: readonly CounterAddress[]): Promise<readonly CounterState[]> {
    return this.#counters.states(addresses);
  }

  async entries(query: {
    readonly requestId?: string;
    readonly limit: number;
  }): Promise<readonly LedgerEntry[]> {
    return this.#reads.entries(query);
  }

  recoverAbandoned(at: number): Promise<number> {
    return this.#queue.write(() => this.#ledger.abandon(at));
  }

  expireUnknown(before: number): Promise<number> {
    return this.#queue.write(() => this.#ledger.expire(before));
  }

  async loadRegistry(): Promise<RegistrySnapshot> {
    return this.#registry.load();
  }

  saveProvider(provider: ProviderRecord): Promise<void> {
    return this.#queue.write(() => this.#registry.saveProvider(provider));
  }

  async saveKey(key: KeyRecord, sealed?: Uint8Array, provider?: ProviderRecord): Promise<void> {
    await this.#queue.write(() => {
      if (provider) this.#registry.saveProvider(provider);
      this.#registry.saveKey(key, sealed);
    });
    if (sealed) this.#eraseLog();
  }

  async loadSealed(keyId: string): Promise<Uint8Array | null> {
    return this.#registry.loadSealed(keyId);
  }

  async deleteKey(keyId: string): Promise<void> {
    await this.#queue.write(() => this.#registry.deleteKey(keyId));
    this.#eraseLog();
  }

  saveVirtualKey(key: VirtualKeyRecord): Promise<void> {
    return this.#queue.write(() => this.#registry.saveVirtualKey(key));
  }

  saveManagementToken(token: ManagementTokenRecord): Promise<void> {
    return this.#queue.write(() => this.#registry.saveManagementToken(token));
  }

  saveModelName(record: ModelNameRecord): Promise<void> {
    return this.#queue.write(() => this.#registry.saveModelName(record));
  }

  deleteModelName(name: string): Promise<void> {
    return this.#queue.write(() => this.#registry.deleteModelName(name));
  }

  saveBudget(budget: BudgetRecord): Promise<void> {
    return this.#queue.write(() => this.#registry.saveBudget(budget));
  }

  deleteBudget(id: string): Promise<void> {
    return this.#queue.write(() => this.#registry.deleteBudget(id));
  }

  saveQuota(quota: QuotaRecord): Promise<void> {
    return this.#queue.write(() => this.#registry.saveQuota(quota));
  }

  deleteQuota(id: string): Promise<void> {
    return this.#queue.write(() => this.#registry.deleteQuota(id));
  }

  async saveWebhook(webhook: WebhookRecord, sealed: Uint8Array): Promise<void> {
    await this.#queue.write(() => this.#registry.saveWebhook(webhook, sealed));
    this.#eraseLog();
  }

  async loadWebhookSecret(id: string): Promise<Uint8Array | null> {
    return this.#registry.loadWebhookSecret(id);
  }

  async deleteWebhook(id: string): Promise<void> {
    await this.#queue.write(() => this.#registry.deleteWebhook(id));
    this.#eraseLog();
  }

  savePolicies(policies: readonly StoredPolicy[]): Promise<void> {
    return this.#queue.write(() => this.#registry.savePolicies(policies));
  }

  saveAlert(name: string): Promise<void> {
    return this.#queue.write(() => this.#registry.saveAlert(name));
  }

  recordStates(cells: readonly CellRecord[], transitions: readonly StateTransition[]): Promise<void> {
    return this.#queue.write(() => this.#history.recordStates(cells, transitions));
  }

  recordTrace(trace: Trace): Promise<void> {
    return this.#queue.write(() => this.#history.recordTrace(trace));
  }

  async listTraces(query: TraceQuery): Promise<readonly Trace[]> {
    return this.#reads.listTraces(query);
  }

  searchTraces(search: TraceSearch): Promise<FoundTraces> {
    return this.#search.search(search);
  }

  async findTrace(requestId: string): Promise<Trace | null> {
    return this.#reads.findTrace(requestId);
  }

  async transitions(query: {
    readonly owner?: string;
    readonly limit: number;
  }): Promise<readonly StateTransition[]> {
    return this.#reads.transitions(query);
  }

  recordBodies(requestId: string, sealed: Uint8Array, mostBytes: number): Promise<void> {
    return this.#queue.write(() => this.#bodies.record(requestId, sealed, mostBytes));
  }

  async loadBodies(requestId: string): Promise<Uint8Array | null> {
    return this.#bodies.load(requestId);
  }

  recordAudit(entry: AuditEntry): Promise<void> {
    return this.#queue.write(() => this.#history.recordAudit(entry));
  }

  async listAudit(query: AuditQuery): Promise<readonly AuditEntry[]> {
    return this.#reads.listAudit(query);
  }

  pruneLog(log: LogName, keep: Keep, limit: number): Promise<number> {
    return this.#queue.write(() => this.#pruning.pruneLog(log, keep, limit));
  }

  async usedBytes(): Promise<number> {
    return this.#pruning.usedBytes();
  }

  sweepCounters(isOver: (counter: UsedCounter) => boolean): CounterSweep {
    let last: CounterAddress | null = null;
    const next = async (limit: number): Promise<'more' | 'done'> => {
      last = await this.#queue.write(() => this.#pruning.sweepCounters(last, limit, isOver));
      return last ? 'more' : 'done';
    };
    return { next };
  }

  forgetAlerts(names: readonly string[]): Promise<void> {
    return this.#queue.write(() => this.#pruning.forgetAlerts(names));
  }

  /** Writes what is queued and leaves: attempts still open are from now on abandoned. A second call does nothing. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue.close();
    await this.#checkpointer?.stop();
    try {
      this.#instances.endOwn(this.#clock.now());
    } finally {
      this.#connection.close();
    }
  }

  /**
   * `secure_delete` wipes a replaced secret from the database's pages, but its old page lies in the log until that
   * is written over. Emptied at once where no other process reads, else at the next checkpoint.
   */
  #eraseLog(): void {
    if (this.#connection.open) this.#connection.pragma('wal_checkpoint(TRUNCATE)');
  }
}
