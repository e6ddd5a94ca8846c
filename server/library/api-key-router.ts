import { randomBytes } from 'node:crypto';
import { usdFromNano } from '../../shared/model/money.ts';
import type { Objective, ObjectiveName } from '../../shared/model/objectives.ts';
import type { KeyState } from '../../shared/model/states.ts';
import type { Decision, Trace } from '../../shared/model/trace.ts';
import { VERSION } from '../../shared/version.ts';
import { SigV4Signer } from '../adapters/aws/sigv4-signer.ts';
import { EnvelopeVault } from '../adapters/envelope/envelope-vault.ts';
import { ServiceAccountTokens } from '../adapters/google/service-account-tokens.ts';
import { MemoryStore } from '../adapters/memory/memory-store.ts';
import { GenaiPriceBook } from '../adapters/prices/genai-price-book.ts';
import { NodeTokens } from '../adapters/system/node-tokens.ts';
import { SystemClock } from '../adapters/system/system-clock.ts';
import { SystemRandom } from '../adapters/system/system-random.ts';
import { UndiciUpstream } from '../adapters/undici/undici-upstream.ts';
import type { KeyPool } from '../core/key/key-pool.ts';
import { type Core, openCore } from '../core/open-core.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Logger } from '../core/ports/logger.ts';
import type { ProviderAdapter } from '../core/ports/provider.ts';
import type { PriceBook } from '../core/ports/prices.ts';
import type { Store } from '../core/ports/store.ts';
import type { Upstream } from '../core/ports/upstream.ts';
import { refreshPrices } from '../core/pricing/refresh-prices.ts';
import { explain } from '../core/routing/explain.ts';
import { dialogueTranslator } from '../protocol/translate/translator.ts';
import { providerAdapters } from '../providers/adapters.ts';
import { PRESETS } from '../providers/presets.ts';
import { runBatch } from './batch.ts';
import { EventHub, type RouterEventMap } from './event-hub.ts';
import { estimateRequest, fits } from './estimate.ts';
import { freeName } from './free-name.ts';
import { snakeKeys } from './camel-case.ts';
import type { ApiKeyRouterOptions } from './options.ts';
import { RequestRunner } from './request-runner.ts';
import { ACTOR, RouterModels } from './router-models.ts';
import type {
  BatchResult,
  BudgetCheck,
  BudgetConfiguration,
  BudgetState,
  CostEstimation,
  KeyDetails,
  KeyRegistration,
  PolicyConfiguration,
  ProviderRegistration,
  QuotaConfiguration,
  QuotaState,
  RouteRequest,
  RouteResponse,
  RouteStream,
  StateSummary,
} from './api.ts';
import { toBudgetState, toKeyDetails, toQuotaState, toWindow } from './views.ts';

const KEY_BYTES = 32;
const HEAD_TIMEOUT_MS = 600_000;
const IDLE_TIMEOUT_MS = 300_000;
const SILENT: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/**
 * Routes requests over a program's own keys: picks key, model and provider, fails over, keeps budgets and quotas, and
 * explains. No HTTP listener and no database unless one is injected.
 */
export class ApiKeyRouter {
  /** What can be asked for, and names for it. */
  readonly models: RouterModels;
  readonly #core: Promise<Core>;
  readonly #adapters: Readonly<Record<string, ProviderAdapter>>;
  readonly #upstream: Upstream;
  readonly #prices: PriceBook;
  readonly #clock: Clock;
  readonly #store: Store;
  readonly #events: EventHub;
  /** Once the core is open. */
  #pool: KeyPool | null = null;
  readonly #runner: RequestRunner;

  constructor(options: ApiKeyRouterOptions = {}) {
    const clock = options.clock ?? new SystemClock();
    const random = options.random ?? new SystemRandom(clock);
    this.#store = options.store ?? new MemoryStore();
    this.#upstream = options.upstream ?? new UndiciUpstream();
    this.#prices = options.prices ?? new GenaiPriceBook(clock);
    this.#clock = clock;
    const key = options.masterKey ?? randomBytes(KEY_BYTES);
    this.#events = new EventHub((owner) => this.#pool?.ownedBy(owner).map(({ record }) => record.name) ?? []);
    this.#adapters = providerAdapters({
      aws: new SigV4Signer(clock),
      google: new ServiceAccountTokens({ upstream: this.#upstream, clock }),
    });
    this.#core = openCore({
      store: this.#store,
      vault: new EnvelopeVault({ key, sealing: 'memory' }),
      upstream: this.#upstream,
      prices: this.#prices,
      clock,
      random,
      translator: dialogueTranslator,
      tokens: new NodeTokens(),
      logger: options.logger ?? SILENT,
      metrics: { attemptEnded: () => undefined, requestEnded: () => undefined },
      adapters: this.#adapters,
      presets: PRESETS,
      version: VERSION,
      headTimeoutMs: options.headTimeoutMs ?? HEAD_TIMEOUT_MS,
      idleTimeoutMs: options.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
      observer: this.#events,
    });
    this.#core.then(
      ({ pool }) => (this.#pool = pool),
      // Whoever calls first is told; nobody else must be warned of an unhandled rejection.
      () => undefined,
    );
    this.models = new RouterModels(this.#core);
    this.#runner = new RequestRunner({
      core: this.#core,
      clock,
      random,
      defaultObjective: toObjective(options.objective),
    });
  }

  /** Listens to what happens; the returned function ends it. */
  on<E extends keyof RouterEventMap>(event: E, listener: (value: RouterEventMap[E]) => void): () => void {
    return this.#events.on(event, listener);
  }

  /** A preset by its id (`openai`, `anthropic`), a base URL, or an adapter of one's own. Returns the provider's id. */
  async registerProvider(provider: string | ProviderRegistration): Promise<string> {
    const core = await this.#core;
    const registration = typeof provider === 'string' ? { id: provider } : provider;
    const { id, adapter, kind } = registration;
    const known = core.pool.provider(id);
    if (adapter) this.#bringAdapter(core, adapter);
    if (
      known &&
      !adapter &&
      kind === undefined &&
      registration.baseUrl === undefined &&
      !registration.settings
    )
      return id;
    const baseUrl = registration.baseUrl ?? known?.baseUrl;
    if (baseUrl === undefined) {
      throw new TypeError(
        `"${id}" is no preset (${PRESETS.map((preset) => preset.id).join(', ')}): give its baseUrl.`,
      );
    }
    const { settings } = registration;
    await core.admin.providers.save(
      {
        id,
        kind: adapter?.kind ?? kind ?? known?.kind ?? 'openai-compatible',
        name: known?.name ?? id,
        baseUrl,
        ...(settings && { settings }),
      },
      ACTOR,
    );
    return id;
  }

  /** A built-in kind in other hands would change how every provider of that kind is spoken to. */
  #bringAdapter(core: Core, adapter: ProviderAdapter): void {
    const builtIn = this.#adapters[adapter.kind];
    if (builtIn && builtIn !== adapter) {
      throw new TypeError(`"${adapter.kind}" is the kind of a built-in adapter: give yours another.`);
    }
    core.pool.setAdapter(adapter);
  }

  /** Adds a key. Throws `RouterError` for placeholders, duplicates, and (if verified) secrets that are refused. */
  async registerKey(registration: KeyRegistration): Promise<KeyDetails> {
    const core = await this.#core;
    const { provider, secret, name, models, verify, ...metadata } = registration;
    const view = await core.admin.keys.add(
      {
        providerId: provider,
        name: name ?? freeName(core, provider),
        secret,
        metadata,
        ...(models ? { models } : {}),
        verify: verify ? 'listing' : 'none',
      },
      ACTOR,
    );
    return toKeyDetails(view, core);
  }

  /** Puts another secret in a key's place: its id, history, quotas and states stay, and running requests end undisturbed. */
  async rotateKey(
    keyId: string,
    secret: string,
    options: { readonly verify?: boolean } = {},
  ): Promise<KeyDetails> {
    const core = await this.#core;
    const view = await core.admin.keys.rotate(
      keyId,
      { secret, verify: options.verify ? 'listing' : 'none' },
      ACTOR,
    );
    return toKeyDetails(view, core);
  }

  /** Removes a key and its secret for good. What it did stays in history; running requests end undisturbed. */
  async revokeKey(keyId: string): Promise<void> {
    await (await this.#core).admin.keys.remove(keyId, ACTOR);
  }

  /** Sets a key's state by hand, e.g. `throttled` until a time, or `available` again. */
  async updateKeyState(
    keyId: string,
    state: KeyState,
    options: { readonly until?: Date } = {},
  ): Promise<KeyDetails> {
    const core = await this.#core;
    const until = options.until?.getTime();
    const view = await core.admin.keys.setState(
      keyId,
      { state, ...(until === undefined ? {} : { until }) },
      ACTOR,
    );
    return toKeyDetails(view, core);
  }

  /** A capacity that a key, or the account behind it, has in a window. Returns the quota's id. */
  async configureQuota(quota: QuotaConfiguration): Promise<string> {
    const { keyId, timeWindow, totalCapacity, dimension, ...rest } = quota;
    const input = {
      keyId,
      totalCapacity,
      dimension: dimension ?? 'requests',
      window: toWindow(timeWindow),
      ...rest,
    } as const;
    const record = await (await this.#core).admin.quotas.add(input, ACTOR);
    return record.id;
  }

  async removeQuota(quotaId: string): Promise<void> {
    await (await this.#core).admin.quotas.remove(quotaId, ACTOR);
  }

  /** A spending limit. Returns the budget's id. */
  async configureBudget(budget: BudgetConfiguration): Promise<string> {
    const { limit, timeWindow, ...rest } = budget;
    const input = { ...rest, limitUsd: limit, window: toWindow(timeWindow) };
    const record = await (await this.#core).admin.budgets.add(input, ACTOR);
    return record.id;
  }

  /** What was spent remains spent, for other budgets and in history. */
  async removeBudget(budgetId: string): Promise<void> {
    await (await this.#core).admin.budgets.remove(budgetId, ACTOR);
  }

  /** "$5 more for one hour". */
  async raiseBudget(budgetId: string, usd: number, forMs: number): Promise<void> {
    await (await this.#core).admin.budgets.raise(budgetId, { usd, forMs }, ACTOR);
  }

  /** Adds a policy, or replaces the one of its name. An invalid one throws and leaves those that run as they are. */
  async configurePolicy(policy: PolicyConfiguration): Promise<void> {
    const { admin } = await this.#core;
    await admin.policies.put(policy.name, snakeKeys(policy), ACTOR);
  }

  async removePolicy(name: string): Promise<void> {
    await (await this.#core).admin.policies.remove(name, ACTOR);
  }

  /**
   * Says what an attempt cost whose outcome nobody saw (`unknown` in the ledger): a crash hid it, or it was given up
   * before its answer. Under a limit it counts with its worst case until then.
   */
  async correctCost(attempt: {
    readonly requestId: string;
    readonly attemptId: string;
    readonly usd: number;
  }): Promise<void> {
    await (await this.#core).admin.ledger.correct(attempt, ACTOR);
  }

  /** Answers a request. Throws `NoEligibleKeys`, `BudgetExceeded` or `ProviderError`. */
  route(request: RouteRequest): Promise<RouteResponse> {
    return this.#runner.route(request);
  }

  /** Answers in pieces, held back by a slow reader. Leaving the loop early ends the provider's work too. */
  routeStream(request: RouteRequest): RouteStream {
    return this.#runner.stream(request);
  }

  /** Answers many requests, at most so many at a time, in the order in which they were given. */
  routeMany(
    requests: readonly RouteRequest[],
    options: { readonly concurrency?: number } = {},
  ): Promise<readonly BatchResult[]> {
    return runBatch(requests, options.concurrency, (request) => this.route(request));
  }

  /** What a request would cost with the key that would be chosen now. Throws `NoEligibleKeys`. */
  async estimateRequestCost(request: RouteRequest): Promise<CostEstimation> {
    return estimateRequest(await this.#core, this.#runner.toRouted(request));
  }

  /** Whether the worst case of a request fits into the budgets that apply. */
  async checkBudget(request: RouteRequest): Promise<BudgetCheck> {
    const core = await this.#core;
    return fits(core, this.#runner.toRouted(request), await this.getBudgetStatus());
  }

  async getBudgetStatus(): Promise<readonly BudgetState[]> {
    const core = await this.#core;
    return (await core.admin.budgets.list()).map(toBudgetState);
  }

  /** The quotas of a key and of its account, with what is left and when they are predicted to run out. */
  async getQuotaState(keyId: string): Promise<readonly QuotaState[]> {
    const core = await this.#core;
    const key = core.pool.get(keyId);
    if (!key) throw new TypeError(`There is no key "${keyId}".`);
    return core.admin.quotas.status(key.owners).map(toQuotaState);
  }

  async getKey(keyId: string): Promise<KeyDetails> {
    const core = await this.#core;
    return toKeyDetails(await core.admin.keys.view(keyId), core);
  }

  async getStateSummary(): Promise<StateSummary> {
    const core = await this.#core;
    const state = await core.admin.state();
    const views = await core.admin.keys.list();
    return {
      keys: views.map((view) => toKeyDetails(view, core)),
      keysByState: state.keysByState,
      quotas: core.admin.quotas.status(null).map(toQuotaState),
      budgets: await this.getBudgetStatus(),
      policies: core.admin.policies.list().map(({ name }) => name),
      requestsRunning: state.requestsRunning,
      spentToday: usdFromNano(state.spentTodayNano),
      prices: { edition: this.#prices.edition, asOf: new Date(this.#prices.asOf) },
    };
  }

  /** The whole history of a request; `null` if it is not kept (any more). */
  async getRequestTrace(requestId: string): Promise<Trace | null> {
    return this.#store.findTrace(requestId);
  }

  /** The decision that a request would get now, with another policy beside those that hold; nothing is sent. */
  async dryRunPolicy(policy: PolicyConfiguration, request: RouteRequest): Promise<Decision> {
    const core = await this.#core;
    const policies = core.admin.policies.with([snakeKeys(policy)]);
    return core.router.preview(this.#runner.toRouted(request), policies).decision;
  }

  /** A decision, or the last one of a request, as a paragraph. */
  async explain(what: Decision | string): Promise<string> {
    const core = await this.#core;
    const nameOf = (id: string): string => core.pool.nameOf(id);
    if (typeof what !== 'string') return explain(what, nameOf);
    const decision = (await this.#store.findTrace(what))?.decisions.at(-1);
    if (!decision) throw new TypeError(`There is no request "${what}" with a decision.`);
    return explain(decision, nameOf);
  }

  /**
   * Takes over the newest prices from where the price book publishes them (or from another address with the same data).
   * Only when called. Throws `RouterError('prices_unavailable')`; the prices in use then stay.
   */
  async refreshPrices(source?: string): Promise<void> {
    await this.#core;
    await refreshPrices({ upstream: this.#upstream, prices: this.#prices, clock: this.#clock }, source);
  }

  /** Ends everything; requests that run are given up. */
  async close(): Promise<void> {
    const core = await this.#core;
    core.dispose();
    await this.#upstream.close();
    await this.#store.close();
  }
}

function toObjective(objective: ObjectiveName | Objective | undefined): Objective | null {
  return typeof objective === 'string' ? { primary: objective } : (objective ?? null);
}
