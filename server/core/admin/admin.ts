import type { KeyState, StateTransition } from '../../../shared/model/states.ts';
import type { Trace } from '../../../shared/model/trace.ts';
import type { RequestView, StateView, TraceView } from '../../../shared/model/views.ts';
import type { KeyPool } from '../key/key-pool.ts';
import { counter } from '../ledger/spend-window.ts';
import { explainEffects } from '../routing/explain-effects.ts';
import { explain } from '../routing/explain.ts';
import type { Clock } from '../ports/clock.ts';
import type { PriceBook } from '../ports/prices.ts';
import type { AuditEntry, AuditQuery, Store, TraceSearch } from '../ports/store.ts';
import type { Vault } from '../ports/vault.ts';
import type { Router } from '../router/router.ts';
import type { AuditLog } from './audit-log.ts';
import type { BudgetAdmin } from './budget-admin.ts';
import type { ChangeHub } from './change-hub.ts';
import type { DryRun } from './dry-run.ts';
import type { KeyAdmin } from './key-admin.ts';
import type { LedgerAdmin } from './ledger-admin.ts';
import type { ManagementTokens } from './management-tokens.ts';
import type { PolicyAdmin } from './policy-admin.ts';
import type { ModelCatalogue } from './model-catalogue.ts';
import type { ModelNameAdmin } from './model-name-admin.ts';
import type { PriceAdmin } from './price-admin.ts';
import type { ProviderAdmin } from './provider-admin.ts';
import type { QuotaAdmin } from './quota-admin.ts';
import type { VirtualKeys } from './virtual-keys.ts';

export interface AdminParts {
  readonly keys: KeyAdmin;
  readonly providers: ProviderAdmin;
  readonly virtualKeys: VirtualKeys;
  readonly managementTokens: ManagementTokens;
  readonly budgets: BudgetAdmin;
  readonly quotas: QuotaAdmin;
  readonly policies: PolicyAdmin;
  readonly ledger: LedgerAdmin;
  readonly priceList: PriceAdmin;
  readonly dryRun: DryRun;
  readonly modelNames: ModelNameAdmin;
  readonly models: ModelCatalogue;
  readonly pool: KeyPool;
  readonly store: Store;
  readonly vault: Vault;
  readonly router: Router;
  readonly prices: PriceBook;
  readonly clock: Clock;
  readonly changes: ChangeHub;
  readonly audit: AuditLog;
  readonly version: string;
  readonly startedAt: number;
}

/** Everything that is managed, for both surfaces that manage it: HTTP and the editor. */
export class Admin {
  readonly keys: KeyAdmin;
  readonly providers: ProviderAdmin;
  readonly virtualKeys: VirtualKeys;
  readonly managementTokens: ManagementTokens;
  readonly budgets: BudgetAdmin;
  readonly quotas: QuotaAdmin;
  readonly policies: PolicyAdmin;
  readonly ledger: LedgerAdmin;
  readonly prices: PriceAdmin;
  readonly dryRun: DryRun;
  readonly modelNames: ModelNameAdmin;
  /** What can be asked for. */
  readonly models: ModelCatalogue;
  readonly changes: ChangeHub;
  /** For what is done beside what this holds. */
  readonly audit: AuditLog;
  readonly #parts: AdminParts;
  /** Known once the listener is up. */
  proxyUrl = '';

  constructor(parts: AdminParts) {
    this.keys = parts.keys;
    this.providers = parts.providers;
    this.virtualKeys = parts.virtualKeys;
    this.managementTokens = parts.managementTokens;
    this.budgets = parts.budgets;
    this.quotas = parts.quotas;
    this.policies = parts.policies;
    this.ledger = parts.ledger;
    this.prices = parts.priceList;
    this.dryRun = parts.dryRun;
    this.modelNames = parts.modelNames;
    this.models = parts.models;
    this.changes = parts.changes;
    this.audit = parts.audit;
    this.#parts = parts;
  }

  async state(): Promise<StateView> {
    const { store, clock, vault, router, prices, version, startedAt } = this.#parts;
    const now = clock.now();
    const [today] = await store.counters([counter('global', 'day', now)]);
    const keysByState: Record<KeyState, number> = {
      available: 0,
      throttled: 0,
      exhausted: 0,
      recovering: 0,
      disabled: 0,
      invalid: 0,
    };
    for (const key of await this.keys.list()) {
      if (key.purpose === undefined) keysByState[key.state]++;
    }
    return {
      version,
      startedAt,
      now,
      proxyUrl: this.proxyUrl,
      keysByState,
      spentTodayNano: today?.spent ?? 0,
      heldNano: today?.held ?? 0,
      unknownNano: today?.unknown ?? 0,
      requestsRunning: router.running,
      sealing: vault.sealing,
      priceBook: prices.edition,
      pricesAsOf: prices.asOf,
    };
  }

  /** Requests that match, newest first; keys and virtual keys may be given by their names. */
  async requests(
    search: TraceSearch,
  ): Promise<{ readonly requests: readonly RequestView[]; readonly next: string | null }> {
    const { pool, store } = this.#parts;
    const { keyId, virtualKeyId } = search.filter;
    const filter = {
      ...search.filter,
      ...(keyId === undefined ? {} : { keyId: pool.idOf(keyId) }),
      ...(virtualKeyId === undefined ? {} : { virtualKeyId: this.virtualKeys.idOf(virtualKeyId) }),
    };
    const { traces, next } = await store.searchTraces({ ...search, filter });
    return { requests: traces.map((trace) => this.#requestView(trace)), next };
  }

  now(): number {
    return this.#parts.clock.now();
  }

  /** Changes of keys' states, newest first. */
  transitions(query: {
    readonly owner?: string;
    readonly limit: number;
  }): Promise<readonly StateTransition[]> {
    return this.#parts.store.transitions(query);
  }

  /** Who changed what, newest first. */
  auditLog(query: AuditQuery): Promise<readonly AuditEntry[]> {
    return this.#parts.store.listAudit(query);
  }

  /** A request's history, its decisions and their effects in words. */
  async trace(requestId: string): Promise<TraceView | null> {
    const { store, pool } = this.#parts;
    const trace = await store.findTrace(requestId);
    if (!trace) return null;
    const nameOf = (id: string): string => pool.get(id)?.record.name ?? id;
    const decisions = trace.decisions.map((decision) => ({
      ...decision,
      explanation: explain(decision, nameOf),
    }));
    const attempts = trace.attempts.map((attempt) => ({
      ...attempt,
      effects: explainEffects(attempt.transitions, nameOf),
    }));
    return { ...trace, decisions, attempts };
  }

  #requestView(trace: Trace): RequestView {
    const last = trace.attempts.at(-1);
    return {
      requestId: trace.requestId,
      startedAt: trace.startedAt,
      durationMs: trace.endedAt - trace.startedAt,
      model: trace.model || (trace.target ?? ''),
      keyId: last?.keyId ?? null,
      keyName: last ? (this.#parts.pool.get(last.keyId)?.record.name ?? null) : null,
      attempts: trace.attempts.length,
      status: trace.status,
      outcome: trace.outcome,
      costNano: trace.costNano,
      tool: trace.caller.tool ?? null,
      conversation: trace.conversation ?? null,
    };
  }
}
