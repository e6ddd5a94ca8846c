import type { ProviderPreset } from '../../shared/model/presets.ts';
import type { StateTransition } from '../../shared/model/states.ts';
import type { Trace } from '../../shared/model/trace.ts';
import { Admin } from './admin/admin.ts';
import { AuditLog } from './admin/audit-log.ts';
import { BudgetAdmin } from './admin/budget-admin.ts';
import { ChangeHub } from './admin/change-hub.ts';
import { DryRun } from './admin/dry-run.ts';
import { KeyAdmin } from './admin/key-admin.ts';
import { LedgerAdmin } from './admin/ledger-admin.ts';
import { ManagementTokens } from './admin/management-tokens.ts';
import { ModelCatalogue } from './admin/model-catalogue.ts';
import { ModelNameAdmin } from './admin/model-name-admin.ts';
import { OneAtATime } from './admin/one-at-a-time.ts';
import { parsePolicy, PolicyAdmin } from './admin/policy-admin.ts';
import { PriceAdmin } from './admin/price-admin.ts';
import { ProviderAdmin } from './admin/provider-admin.ts';
import { QuotaAdmin } from './admin/quota-admin.ts';
import { VirtualKeys } from './admin/virtual-keys.ts';
import { AlertMarks } from './budget/alert-marks.ts';
import { type BudgetAlert, BudgetAlerts, type BudgetExceeded } from './budget/budget-alerts.ts';
import { BudgetBook } from './budget/budget-book.ts';
import { type RunawayAlert, RunawayAlarm } from './budget/runaway-alarm.ts';
import { WaitQueue } from './budget/wait-queue.ts';
import { CellBook } from './key/cell-book.ts';
import { KeyPool } from './key/key-pool.ts';
import { ModelNames } from './model-names/model-names.ts';
import { PolicySet } from './policy/policy-set.ts';
import type { Clock } from './ports/clock.ts';
import type { Logger } from './ports/logger.ts';
import type { Metrics } from './ports/metrics.ts';
import type { PriceBook } from './ports/prices.ts';
import type { ProviderAdapter } from './ports/provider.ts';
import type { Random } from './ports/random.ts';
import type { Store } from './ports/store.ts';
import type { Tokens } from './ports/tokens.ts';
import type { Translator } from './ports/translator.ts';
import type { Upstream } from './ports/upstream.ts';
import type { Vault } from './ports/vault.ts';
import { TokenCalibration } from './pricing/token-calibration.ts';
import { LearnedLimits } from './quota/learned-limits.ts';
import { QuotaBook } from './quota/quota-book.ts';
import { Retention, type RetentionWishes } from './retention/retention.ts';
import { Router } from './router/router.ts';
import { AccountBound } from './routing/account-bound.ts';
import { PromptCaches } from './routing/prompt-caches.ts';

/** What the host of a core gives it: technologies behind the ports, and ears. */
export interface CoreParts {
  readonly store: Store;
  readonly vault: Vault;
  readonly upstream: Upstream;
  readonly translator: Translator;
  readonly prices: PriceBook;
  readonly clock: Clock;
  readonly random: Random;
  readonly tokens: Tokens;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly adapters: Readonly<Record<string, ProviderAdapter>>;
  readonly presets: readonly ProviderPreset[];
  readonly version: string;
  readonly headTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly observer?: CoreObserver;
  /** Where it differs from what is usual. */
  readonly retention?: RetentionWishes;
}

/** Told of what happens, beside requests and never in their way. Must not throw. */
export interface CoreObserver {
  requestEnded?(trace: Trace): void;
  stateChanged?(transitions: readonly StateTransition[]): void;
  budgetAlert?(alert: BudgetAlert): void;
  budgetExceeded?(exceeded: BudgetExceeded): void;
  runaway?(alert: RunawayAlert): void;
}

/** A router whose parts are in place and whose stored state is loaded. */
export interface Core {
  readonly router: Router;
  readonly admin: Admin;
  readonly pool: KeyPool;
  readonly virtualKeys: VirtualKeys;
  readonly quotas: QuotaBook;
  readonly calibration: TokenCalibration;
  /** Which alerts were given. */
  readonly marks: AlertMarks;
  /** Attempts that a crash left behind, found at the start. */
  readonly abandoned: number;
  dispose(): void;
}

/** Stored responses of so many requests are found again after a restart. */
const BOUND_TRACES = 500;

/** Builds the core and loads what is stored. Both hosts use it: the daemon and the library. */
export async function openCore(parts: CoreParts): Promise<Core> {
  const { store, vault, upstream, prices, clock, random, logger, observer } = parts;
  const registry = await store.loadRegistry();
  const changes = new ChangeHub();
  const report = (what: string) => (error: unknown) => logger.error({ err: error }, what);
  const cells = new CellBook(clock, {
    changed: (records, transitions) => {
      store.recordStates(records, transitions).catch(report('a key state could not be stored'));
      if (transitions.length === 0) return;
      changes.emit('keys', 'state');
      observer?.stateChanged?.(transitions);
    },
  });
  const pool = new KeyPool(parts.adapters);
  const names = new ModelNames(pool);
  const learned = new LearnedLimits();
  const quotas = new QuotaBook(store, learned);
  const budgets = new BudgetBook();
  const policies = { current: new PolicySet([]) };
  const audit = new AuditLog({ store, clock });
  const changing = { store, audit, changes, clock, random };
  const turns = new OneAtATime();
  const providers = new ProviderAdmin({ ...changing, pool, turns, presets: parts.presets });
  const keys = new KeyAdmin({
    ...changing,
    pool,
    cells,
    learned,
    vault,
    upstream,
    onTransition: (transition) => observer?.stateChanged?.([transition]),
    providers,
    turns,
  });
  const virtualKeys = new VirtualKeys({ ...changing, tokens: parts.tokens });
  const managementTokens = new ManagementTokens({ ...changing, tokens: parts.tokens });
  const quotaAdmin = new QuotaAdmin({ ...changing, pool, quotas });
  const budgetAdmin = new BudgetAdmin({ ...changing, budgets });
  const policyAdmin = new PolicyAdmin({ ...changing, budgets, policies });
  const calibration = new TokenCalibration();
  const marks = new AlertMarks(store, registry.alerts);
  const alerts = new BudgetAlerts(store, marks, (alert) => {
    logger.warn({ ...alert }, 'a budget has reached a threshold');
    changes.emit('state');
    observer?.budgetAlert?.(alert);
  });
  const bound = new AccountBound(pool);
  const router = new Router({
    pool,
    names,
    cells,
    store,
    vault,
    upstream,
    prices,
    clock,
    random,
    logger,
    metrics: parts.metrics,
    quotas,
    learned,
    translator: parts.translator,
    budgets,
    policies,
    calibration,
    caches: new PromptCaches(),
    bound,
    waits: new WaitQueue(clock),
    runaway: new RunawayAlarm(),
    alerts,
    headTimeoutMs: parts.headTimeoutMs,
    idleTimeoutMs: parts.idleTimeoutMs,
    events: {
      keyRefused: (key, message, requestId) => {
        logger.warn({ keyId: key.record.id, requestId }, 'provider refused a key');
        keys.refused(key.record.id, message, requestId).catch(report('a refused key could not be stored'));
      },
      accountSeen: (key, account) => {
        keys
          .accountSeen(key.record.id, account)
          .then(() => quotaAdmin.move(key.record.id))
          .catch(report('a quota group could not be stored'));
      },
      runawaySeen: (alert) => {
        logger.warn({ ...alert }, 'a conversation spends far more than it used to');
        observer?.runaway?.(alert);
      },
      budgetRefused: (refusal) => {
        alerts
          .firstRefusal(refusal)
          .then((exceeded) => exceeded && observer?.budgetExceeded?.(exceeded))
          .catch(report('the refusal of a budget could not be remembered'));
      },
      requestStarted: () => changes.emit('state'),
      requestEnded: (trace) => {
        logger.info(
          {
            requestId: trace.requestId,
            ...(trace.clientRequestId === undefined ? {} : { clientRequestId: trace.clientRequestId }),
            model: trace.model || trace.target,
            status: trace.status,
            outcome: trace.outcome,
            attempts: trace.attempts.length,
            costNano: trace.costNano,
            ms: trace.endedAt - trace.startedAt,
          },
          'request ended',
        );
        changes.emit('requests', 'state', 'keys');
        observer?.requestEnded?.(trace);
      },
    },
  });
  const startedAt = clock.now();
  const admin = new Admin({
    keys,
    providers,
    virtualKeys,
    managementTokens,
    budgets: budgetAdmin,
    quotas: quotaAdmin,
    policies: policyAdmin,
    ledger: new LedgerAdmin(changing),
    priceList: new PriceAdmin({ pool, prices, upstream, clock, audit }),
    dryRun: new DryRun({
      ...changing,
      router,
      pool,
      virtualKeys,
      budgets: budgetAdmin,
      policies: policyAdmin,
    }),
    modelNames: new ModelNameAdmin({ ...changing, names, pool }),
    models: new ModelCatalogue({ pool, names, prices }),
    pool,
    store,
    vault,
    router,
    prices,
    clock,
    changes,
    audit,
    version: parts.version,
    startedAt,
  });

  for (const { id, kind, name, baseUrl, settings } of parts.presets) {
    pool.setProvider({ id, kind, name, baseUrl, ...(settings && { settings }), createdAt: startedAt });
  }
  for (const provider of registry.providers) pool.setProvider(provider);
  for (const key of registry.keys) {
    if (key.enabled) {
      const sealed = await store.loadSealed(key.id);
      if (sealed) vault.hold(key.id, vault.open(key.id, sealed));
    }
    pool.set(key);
  }
  // Newest first: of two that name the same response the older one made it.
  bound.load(await store.listTraces({ limit: BOUND_TRACES }));
  virtualKeys.load(registry.virtualKeys);
  managementTokens.load(registry.managementTokens);
  names.load(registry.modelNames);
  const abandoned = await store.recoverAbandoned(clock.now());
  cells.load(registry.cells);
  budgets.load(registry.budgets);
  for (const quota of registry.quotas) await quotas.set(quota, clock.now());
  policyAdmin.use(registry.policies.map(({ policy }, index) => parsePolicy(policy, index)));
  const failed = report('what is old could not be forgotten');
  const retention = new Retention({
    store,
    budgets,
    marks,
    cells,
    clock,
    failed,
    ...parts.retention,
  });
  return {
    router,
    admin,
    pool,
    virtualKeys,
    quotas,
    calibration,
    marks,
    abandoned,
    dispose: () => {
      retention.dispose();
      cells.dispose();
    },
  };
}
