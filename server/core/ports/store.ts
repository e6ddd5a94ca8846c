import type { NanoUsd } from '../../../shared/model/money.ts';
import type { BudgetRecord, QuotaRecord } from '../../../shared/model/limits.ts';
import type { ModelNameRecord } from '../../../shared/model/model-names.ts';
import type {
  KeyRecord,
  ProviderRecord,
  VirtualKeyRecord,
  ManagementTokenRecord,
} from '../../../shared/model/records.ts';
import type { CellRecord, StateTransition } from '../../../shared/model/states.ts';
import type { CostBasis, Trace } from '../../../shared/model/trace.ts';
import type { TraceFilter } from '../../../shared/model/trace-filter.ts';
import type { TokenUsage } from '../../../shared/model/usage.ts';
import type { WebhookRecord } from '../../../shared/model/webhooks.ts';

/** What a counter counts. Money is in nano-USD; `total_tokens` is input (cached or not) and output. */
export type CounterUnit = 'nano_usd' | 'requests' | 'input_tokens' | 'output_tokens' | 'total_tokens';

/** Whole, non-negative amounts by unit; a unit that is absent is zero. */
export type Amounts = Readonly<Partial<Record<CounterUnit, number>>>;

/**
 * A running total in one window. `subject` says what is counted, in which unit and window: `global/day`,
 * `key:ID/day`, `virtual_key:ID/month`, `quota:ID`, `budget:ID`. A subject always counts in the same unit.
 * `windowStart` is ms since the epoch (0 for a window without end).
 */
export interface CounterAddress {
  readonly subject: string;
  readonly windowStart: number;
}

/** A part of a reservation: an amount held on one counter, admitted only within its limit. */
export interface Hold extends CounterAddress {
  readonly unit: CounterUnit;
  readonly amount: number;
  /** Admission needs spent + held + unknown + what the whole item holds <= limit; `null` only counts. */
  readonly limit: number | null;
  /**
   * Rolling windows: starts of earlier slices of the same subject that still count towards the limit, each once
   * and without `windowStart`, on which alone the amount is held and booked.
   */
  readonly earlierSlices?: readonly number[];
}

/** For whom an attempt spends. */
export interface Attribution {
  readonly team: string | null;
  readonly project: string | null;
  readonly tool: string | null;
  readonly tags: readonly string[];
  readonly conversation: string | null;
}

/** Asks to hold money and quota for one attempt before it is sent. */
export interface Reservation {
  readonly attemptId: string;
  readonly requestId: string;
  readonly keyId: string;
  readonly providerId: string;
  readonly virtualKeyId: string;
  readonly model: string;
  readonly at: number;
  readonly attribution?: Attribution;
  readonly amountNano: NanoUsd;
  readonly holds: readonly Hold[];
}

export type Admission =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly code: 'insufficient';
      /** The first counter that had too little. */
      readonly counter: CounterAddress;
      readonly unit: CounterUnit;
      readonly limit: number;
      /** Of a rolling window, as `held`: the sum of all its slices. */
      readonly spent: number;
      /** By running attempts and by those of unknown outcome. */
      readonly held: number;
    }
  /** The store could not write (disk full, database locked): nothing is sent. */
  | { readonly ok: false; readonly code: 'unavailable'; readonly message: string };

/** The outcome of one reserved attempt; releases its holds and books the amounts by each hold's unit. */
export interface Settlement {
  readonly attemptId: string;
  readonly at: number;
  /** Also booked on counters in `nano_usd`; `amounts` has the other units. */
  readonly costNano: NanoUsd;
  readonly amounts: Omit<Amounts, 'nano_usd'>;
  readonly costBasis: Exclude<CostBasis, 'unknown'>;
  readonly usage: TokenUsage | null;
  /**
   * Nobody saw the outcome, and the provider may bill up to this much: `costNano` is an estimate, and counters that
   * were held with a limit book this amount instead, so that no limit is passed by what was not seen. The attempt
   * becomes `unknown`: a later settlement takes the place of this one.
   */
  readonly mostNano?: NanoUsd;
}

/** A counter's amounts, in the unit of its subject. */
export interface CounterState extends CounterAddress {
  readonly spent: number;
  /** Reserved by running attempts. */
  readonly held: number;
  /** Reserved by attempts whose outcome a crash hid; shown apart from spend. */
  readonly unknown: number;
}

/** One attempt as the ledger knows it. */
export interface LedgerEntry {
  readonly attemptId: string;
  readonly requestId: string;
  readonly keyId: string;
  readonly providerId: string;
  readonly virtualKeyId: string;
  readonly model: string;
  readonly reservedAt: number;
  readonly reservedNano: NanoUsd;
  /** `unknown`: a crash hid the outcome, or nobody saw it. */
  readonly state: 'reserved' | 'settled' | 'unknown';
  readonly settledAt: number | null;
  readonly costNano: NanoUsd;
  readonly costBasis: CostBasis;
  readonly usage: TokenUsage | null;
}

/** Money. Calls of one turn of the event loop are one transaction; each item is judged by itself. */
export interface Ledger {
  /** One admission an item, in order. All or nothing within an item. Rejects never: failure is a value. */
  reserveMany(items: readonly Reservation[]): Promise<readonly Admission[]>;
  /**
   * Books outcomes, each attempt once: settling an attempt that is already settled, or was never reserved,
   * changes nothing. An `unknown` attempt may still be settled: a person corrects it. Rejects if the store can't
   * write.
   */
  settleMany(items: readonly Settlement[]): Promise<void>;
  counters(addresses: readonly CounterAddress[]): Promise<readonly CounterState[]>;
  /** Entries of a request, or the newest ones, oldest first. */
  entries(query: { readonly requestId?: string; readonly limit: number }): Promise<readonly LedgerEntry[]>;
  /**
   * Marks every attempt of a process that has ended as `unknown` and returns how many there were. Their holds
   * stay on the counters until `expireUnknown`.
   */
  recoverAbandoned(at: number): Promise<number>;
  /**
   * Ends the holds of `unknown` attempts reserved before `before`; returns how many had some. Money that was held
   * with a limit counts as spent from then on, since it may have been billed; all else is released. The entries stay
   * `unknown`, and a later settlement takes the place of what was booked.
   */
  expireUnknown(before: number): Promise<number>;
}

export interface RegistrySnapshot {
  readonly providers: readonly ProviderRecord[];
  readonly keys: readonly KeyRecord[];
  readonly virtualKeys: readonly VirtualKeyRecord[];
  readonly managementTokens: readonly ManagementTokenRecord[];
  readonly modelNames: readonly ModelNameRecord[];
  readonly cells: readonly CellRecord[];
  readonly budgets: readonly BudgetRecord[];
  readonly quotas: readonly QuotaRecord[];
  readonly webhooks: readonly WebhookRecord[];
  /** In the order in which they were given to `savePolicies`. */
  readonly policies: readonly StoredPolicy[];
  /** Alerts that were given already; see `saveAlert`. */
  readonly alerts: readonly string[];
}

/** A configured policy, a JSON value, kept as it was given: its schema belongs to the policy module. */
export interface StoredPolicy {
  readonly name: string;
  readonly policy: unknown;
}

/** Who changed what, without secrets. */
export interface AuditEntry {
  readonly at: number;
  /** Name of the management token, `library`, `router`, ... */
  readonly actor: string;
  /** What was done, e.g. `budget.raise`, `key.rotate`. */
  readonly action: string;
  readonly target: string;
  /** JSON values, `null` for what was not there. */
  readonly before: unknown;
  readonly after: unknown;
}

/** Configuration and states: small, read whole at start, written on change. Writes reject on failure. */
export interface Registry {
  loadRegistry(): Promise<RegistrySnapshot>;
  saveProvider(provider: ProviderRecord): Promise<void>;
  /** Inserts or replaces; with `sealed` the secret, with `provider` that too, all in one transaction. */
  saveKey(key: KeyRecord, sealed?: Uint8Array, provider?: ProviderRecord): Promise<void>;
  loadSealed(keyId: string): Promise<Uint8Array | null>;
  /** Removes the key, its secret and its cells. Ledger, traces and transitions stay. */
  deleteKey(keyId: string): Promise<void>;
  saveVirtualKey(key: VirtualKeyRecord): Promise<void>;
  saveManagementToken(token: ManagementTokenRecord): Promise<void>;
  saveModelName(record: ModelNameRecord): Promise<void>;
  deleteModelName(name: string): Promise<void>;
  saveBudget(budget: BudgetRecord): Promise<void>;
  /** Counters stay, as with `deleteQuota`: what was spent remains spent. */
  deleteBudget(id: string): Promise<void>;
  saveQuota(quota: QuotaRecord): Promise<void>;
  deleteQuota(id: string): Promise<void>;
  /** Inserts or replaces; the secret comes with it. */
  saveWebhook(webhook: WebhookRecord, sealed: Uint8Array): Promise<void>;
  loadWebhookSecret(id: string): Promise<Uint8Array | null>;
  /** Removes it with its secret. */
  deleteWebhook(id: string): Promise<void>;
  /** Replaces all policies at once. */
  savePolicies(policies: readonly StoredPolicy[]): Promise<void>;
  /** Remembers that an alert (any name of the caller's) was given; a second time changes nothing. */
  saveAlert(name: string): Promise<void>;
  /** Keeps cells (those that became available again are removed) and appends to the transition log. */
  recordStates(cells: readonly CellRecord[], transitions: readonly StateTransition[]): Promise<void>;
}

/** Selects audit entries. */
export interface AuditQuery {
  readonly limit: number;
  readonly target?: string;
}

export interface TraceQuery {
  readonly limit: number;
  /** Only requests that started before this request id's start, for paging. */
  readonly beforeRequestId?: string;
  readonly keyId?: string;
}

/** Requests that match, and where to go on. */
export interface TraceSearch {
  readonly filter: TraceFilter;
  readonly limit: number;
  readonly beforeRequestId?: string;
}

export interface FoundTraces {
  /** Newest first; may be fewer than wanted, or none, although there are more. */
  readonly traces: readonly Trace[];
  /** The request before which to go on; `null`: there are no more. */
  readonly next: string | null;
}

/** What happened, newest first. Reads may be answered by another thread. */
export interface History {
  /** Queued with the turn's transaction; rejects if the store can't write. */
  recordTrace(trace: Trace): Promise<void>;
  listTraces(query: TraceQuery): Promise<readonly Trace[]>;
  /** Looks at a bounded number of requests a call, in steps between which others have the thread. */
  searchTraces(search: TraceSearch): Promise<FoundTraces>;
  /**
   * Keeps what was recorded of a request, sealed, until its trace is forgotten; the oldest go earlier where all of them
   * take more than `mostBytes`. Queued with the turn's transaction; rejects if the store can't write.
   */
  recordBodies(requestId: string, sealed: Uint8Array, mostBytes: number): Promise<void>;
  loadBodies(requestId: string): Promise<Uint8Array | null>;
  /** By the router's id, else the newest request that its caller gave this id. */
  findTrace(requestId: string): Promise<Trace | null>;
  transitions(query: {
    readonly owner?: string;
    readonly limit: number;
  }): Promise<readonly StateTransition[]>;
  /** Queued with the turn's transaction; rejects if the store can't write. */
  recordAudit(entry: AuditEntry): Promise<void>;
  listAudit(query: AuditQuery): Promise<readonly AuditEntry[]>;
}

/** What is kept in the order in which it was written; `entries` are the ledger's. */
export type LogName = 'traces' | 'transitions' | 'audit' | 'entries';

/** What a log keeps: nothing from before `before` (ms since the epoch), and no more than the newest `most`. */
export interface Keep {
  readonly before: number;
  readonly most: number;
}

/** A counter, and when something was booked on it last; `null`: that is not known. */
export interface UsedCounter extends CounterAddress {
  readonly usedAt: number | null;
}

/** One walk over the counters. Those that are made meanwhile may be left out. */
export interface CounterSweep {
  /** Looks at no more than `limit` of them. Rejects if the store can't write. */
  next(limit: number): Promise<'more' | 'done'>;
}

/** Forgetting what nobody asks for any more, in steps that are short enough to come between requests. */
export interface Pruning {
  /**
   * Forgets the oldest entries of a log that it need not keep, at most `limit`, and returns how many: fewer than `limit`
   * if none is left to forget. An attempt that is not settled, and holds something, stays and keeps younger ones with
   * it. What entries booked on counters stays. Rejects if the store can't write.
   */
  pruneLog(log: LogName, keep: Keep, limit: number): Promise<number>;
  /** Bytes that all of it takes, without room that is free again; 0 where nothing grows beyond its bounds in entries. */
  usedBytes(): Promise<number>;
  /** Forgets the counters that `isOver` picks and on which nothing is held. */
  sweepCounters(isOver: (counter: UsedCounter) => boolean): CounterSweep;
  /** Forgets that these alerts were given; see `Registry.saveAlert`. */
  forgetAlerts(names: readonly string[]): Promise<void>;
}

/** All that is kept. `close` waits for queued writes. */
export interface Store extends Ledger, Registry, History, Pruning {
  close(): Promise<void>;
}
