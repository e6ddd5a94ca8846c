import type { KeyState } from '../../../shared/model/states.ts';
import type { Trace } from '../../../shared/model/trace.ts';
import type { KeyView, RequestView, StateView, TraceView } from '../../../shared/model/views.ts';
import type { KeyPool } from '../key/key-pool.ts';
import { counter } from '../ledger/spend-window.ts';
import { explain } from '../routing/explain.ts';
import type { Clock } from '../ports/clock.ts';
import type { PriceBook } from '../ports/prices.ts';
import type { Store, TraceQuery } from '../ports/store.ts';
import type { Vault } from '../ports/vault.ts';
import type { Router } from '../router/router.ts';
import type { ChangeHub } from './change-hub.ts';
import type { KeyAdmin, NewKey } from './key-admin.ts';
import type { ProviderAdmin } from './provider-admin.ts';
import type { VirtualKeys } from './virtual-keys.ts';

export interface AdminParts {
  readonly keys: KeyAdmin;
  readonly providers: ProviderAdmin;
  readonly virtualKeys: VirtualKeys;
  readonly pool: KeyPool;
  readonly store: Store;
  readonly vault: Vault;
  readonly router: Router;
  readonly prices: PriceBook;
  readonly clock: Clock;
  readonly changes: ChangeHub;
  readonly version: string;
  readonly startedAt: number;
}

/** Everything that is managed, for both surfaces that manage it: HTTP and the editor. */
export class Admin {
  readonly keys: KeyAdmin;
  readonly providers: ProviderAdmin;
  readonly virtualKeys: VirtualKeys;
  readonly changes: ChangeHub;
  readonly #parts: AdminParts;
  /** Known once the listener is up. */
  proxyUrl = '';

  constructor(parts: AdminParts) {
    this.keys = parts.keys;
    this.providers = parts.providers;
    this.virtualKeys = parts.virtualKeys;
    this.changes = parts.changes;
    this.#parts = parts;
  }

  /** Adds a key; with a base URL, its OpenAI-compatible provider too if that is new. */
  async addKey(input: NewKey & { readonly baseUrl?: string }): Promise<KeyView> {
    const { providerId, baseUrl } = input;
    if (baseUrl !== undefined) {
      const known = this.#parts.pool.provider(providerId);
      const kind = known?.kind ?? 'openai-compatible';
      await this.providers.save({ id: providerId, kind, name: known?.name ?? providerId, baseUrl });
    }
    return this.keys.add(input);
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
    for (const key of await this.keys.list()) keysByState[key.state]++;
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

  async requests(query: TraceQuery): Promise<readonly RequestView[]> {
    const traces = await this.#parts.store.listTraces(query);
    return traces.map((trace) => this.#requestView(trace));
  }

  /** A request's history, its decisions in words. */
  async trace(requestId: string): Promise<TraceView | null> {
    const { store, pool } = this.#parts;
    const trace = await store.findTrace(requestId);
    if (!trace) return null;
    const nameOf = (id: string): string => pool.get(id)?.record.name ?? id;
    const decisions = trace.decisions.map((decision) => ({
      ...decision,
      explanation: explain(decision, nameOf),
    }));
    return { ...trace, decisions };
  }

  #requestView(trace: Trace): RequestView {
    const last = trace.attempts.at(-1);
    return {
      requestId: trace.requestId,
      startedAt: trace.startedAt,
      durationMs: trace.endedAt - trace.startedAt,
      model: trace.model,
      keyId: last?.keyId ?? null,
      keyName: last ? (this.#parts.pool.get(last.keyId)?.record.name ?? null) : null,
      attempts: trace.attempts.length,
      status: trace.status,
      outcome: trace.outcome,
      costNano: trace.costNano,
      tool: trace.caller.tool ?? null,
    };
  }
}
