import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { SigV4Signer } from '../adapters/aws/sigv4-signer.ts';
import { type DataKey, EnvelopeVault } from '../adapters/envelope/envelope-vault.ts';
import { openDataKey } from '../adapters/envelope/open-data-key.ts';
import { ServiceAccountTokens } from '../adapters/google/service-account-tokens.ts';
import { KeyringKeychain } from '../adapters/keychain/keyring-keychain.ts';
import type { ProviderPlace } from '../adapters/otlp/gen-ai.ts';
import { OtlpExporter } from '../adapters/otlp/otlp-exporter.ts';
import { type OtlpSettings, readOtlpSettings } from '../adapters/otlp/otlp-settings.ts';
import { PinoLogger } from '../adapters/pino/pino-logger.ts';
import { MemoryBackups } from '../adapters/memory/memory-backups.ts';
import { MemoryReports } from '../adapters/memory/memory-reports.ts';
import { MemoryStore } from '../adapters/memory/memory-store.ts';
import { GenaiPriceBook } from '../adapters/prices/genai-price-book.ts';
import { PrometheusMetrics } from '../adapters/prometheus/prometheus-metrics.ts';
import { SqliteBackups } from '../adapters/sqlite/sqlite-backups.ts';
import { SqliteReports } from '../adapters/sqlite/sqlite-reports.ts';
import { SqliteStore } from '../adapters/sqlite/sqlite-store.ts';
import { StandardWebhookSigner } from '../adapters/system/standard-webhook-signer.ts';
import { NodeTokens } from '../adapters/system/node-tokens.ts';
import { SystemClock } from '../adapters/system/system-clock.ts';
import { SystemRandom } from '../adapters/system/system-random.ts';
import { proxyFromEnvironment } from '../adapters/undici/proxy-choice.ts';
import { trustedAuthorities } from '../adapters/undici/trusted-authorities.ts';
import { UndiciUpstream } from '../adapters/undici/undici-upstream.ts';
import type { Admin } from '../core/admin/admin.ts';
import { AuditLog } from '../core/admin/audit-log.ts';
import { readStanding } from '../core/admin/standing.ts';
import { WebhookAdmin } from '../core/admin/webhook-admin.ts';
import { BodyRecorder } from '../core/recording/body-recorder.ts';
import { openCore } from '../core/open-core.ts';
import type { Backups } from '../core/ports/backups.ts';
import type { Reports } from '../core/ports/reports.ts';
import type { RegistrySnapshot, Store } from '../core/ports/store.ts';
import { Reconciler } from '../core/reconciliation/reconciler.ts';
import type { RetentionWishes } from '../core/retention/retention.ts';
import type { Router } from '../core/router/router.ts';
import { isPrivateAddress } from '../core/webhooks/private-address.ts';
import { WebhookFeed } from '../core/webhooks/webhook-feed.ts';
import { WebhookSender } from '../core/webhooks/webhook-sender.ts';
import { HttpServer } from '../http/http-server.ts';
import { LspServer } from '../lsp/lsp-server.ts';
import { PolicyThread } from '../lsp/policies/policy-thread.ts';
import { CODECS } from '../protocol/classify.ts';
import { dialogueTranslator } from '../protocol/translate/translator.ts';
import { providerAdapters } from '../providers/adapters.ts';
import { PRESETS } from '../providers/presets.ts';
import type { BesideBundle } from './beside-bundle.ts';
import { databaseFile } from './database-file.ts';
import { isProcessAlive } from './process-alive.ts';
import type { Settings } from './settings/settings.ts';

export interface DaemonOptions extends BesideBundle {
  /** The data folder. */
  readonly folder: string;
  readonly version: string;
  readonly instanceId: string;
  readonly managementToken: string;
  readonly settings: Settings;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly lifecycle: {
    readonly stop: () => void;
    readonly handOver: () => Promise<{ readonly running: number }>;
  };
}

/** A daemon whose parts are in place; it listens nowhere yet. */
export interface Daemon {
  readonly http: HttpServer;
  readonly lsp: LspServer;
  readonly admin: Admin;
  readonly router: Router;
  readonly logger: PinoLogger;
  readonly store: Store;
  readonly clock: SystemClock;
  /** Releases everything, the store last. */
  close(): Promise<void>;
}

const DATA_KEY_BYTES = 32;
const STDOUT = 1;
/** After a crash, an attempt of unknown outcome may still be running at its provider this long. */
const UNKNOWN_HOLD_MS = 15 * 60_000;

/** Builds every part and joins them: the only place that knows which technology stands behind a port. */
export async function compose(options: DaemonOptions): Promise<Daemon> {
  const { version, settings } = options;
  const clock = new SystemClock();
  const random = new SystemRandom(clock);
  const tokens = new NodeTokens();
  const store = openStore(options, clock);
  const stored = await store.loadRegistry();
  const vault = new EnvelopeVault(await dataKeyOf(options, stored));
  const redact = (text: string): string =>
    vault.redact(text).replaceAll(options.managementToken, '[redacted]');
  const logger = new PinoLogger({ level: settings.logLevel, destination: logDestination(options), redact });
  const metrics = new PrometheusMetrics();
  const network = {
    proxyFor: proxyFromEnvironment(options.env),
    authorities: trustedAuthorities(settings.caFile),
  };
  const upstream = new UndiciUpstream(network);
  const internet = new UndiciUpstream({ ...network, connections: 4, refuses: isPrivateAddress });
  const signer = new StandardWebhookSigner();
  const sender = new WebhookSender({ vault, signer, internet, anywhere: upstream, clock, random, logger });
  const audit = new AuditLog({ store, clock });
  const wishes = { bodies: settings.recordBodies };
  const bodies = new BodyRecorder({ wishes, store, vault, redact, audit, clock, logger });
  const webhooks = new WebhookAdmin({ store, vault, signer, sender, audit, clock, random });
  await webhooks.load(stored.webhooks);
  const report = (what: string) => (error: unknown) => logger.error({ err: error }, what);
  const feed = new WebhookFeed({
    webhooks,
    sender,
    clock,
    failed: report('predictions could not be looked at'),
  });
  const prices = new GenaiPriceBook(clock);
  const telemetry: { exporter: OtlpExporter | null } = { exporter: null };
  const core = await openCore({
    store,
    vault,
    upstream,
    prices,
    clock,
    random,
    translator: dialogueTranslator,
    tokens,
    logger,
    metrics,
    adapters: providerAdapters({
      aws: new SigV4Signer(clock),
      google: new ServiceAccountTokens({ upstream, clock }),
    }),
    presets: PRESETS,
    version,
    headTimeoutMs: settings.headTimeout,
    idleTimeoutMs: settings.idleTimeout,
    retention: retentionOf(settings),
    observer: {
      requestEnded: (trace) => telemetry.exporter?.requestEnded(trace),
      stateChanged: (transitions) => feed.stateChanged(transitions),
      budgetAlert: (alert) => feed.budgetAlert(alert),
      budgetExceeded: (exceeded) => feed.budgetExceeded(exceeded),
      runaway: (alert) => feed.runaway(alert),
    },
  });
  const { router, admin, pool, virtualKeys, abandoned } = core;
  feed.watch(core);
  if (abandoned > 0) logger.warn({ attempts: abandoned }, 'attempts of unknown outcome found after a crash');
  const otlp = otlpSettings(options, report('telemetry is not exported'));
  if (otlp) {
    const provider = (id: string): ProviderPlace | undefined => pool.provider(id);
    const parts = { settings: otlp, upstream, clock, logger, version, provider };
    telemetry.exporter = new OtlpExporter(parts);
  }
  const housekeeping = keepHouse(clock, store, report('expired holds could not be released'));

  const reports = openReports(options);
  const ledger = admin.ledger;
  const reconciler = new Reconciler({ pool, reports, ledger, vault, upstream, clock });
  const http = new HttpServer({
    router,
    virtualKeys,
    clock,
    random,
    maxBodyBytes: settings.maxBody,
    access: {
      hosts: settings.allowedHosts,
      everywhere: settings.host !== '127.0.0.1',
      openMetrics: settings.metrics === 'open',
    },
    admin,
    webhooks,
    bodies,
    reports,
    reconciler,
    backups: openBackups(options, clock),
    lifecycle: options.lifecycle,
    logger,
    managementToken: options.managementToken,
    version,
    renderMetrics: async () => metrics.render(await readStanding(admin, router)),
  });
  const { managementToken } = options;
  const thread = new PolicyThread(options.policyWorker);
  const lsp = new LspServer({
    admin,
    clock,
    logger,
    managementToken,
    version,
    thread,
    codec: CODECS['openai-chat'],
  });
  const close = async (): Promise<void> => {
    housekeeping();
    thread.close();
    core.dispose();
    feed.dispose();
    sender.close();
    await telemetry.exporter?.close();
    await Promise.all([upstream.close(), internet.close()]);
    await bodies.close();
    await store.close();
    await logger.close();
  };
  return { http, lsp, admin, router, logger, store, clock, close };
}

function openStore({ folder, settings, ...options }: DaemonOptions, clock: SystemClock): Store {
  if (settings.store === 'memory') return new MemoryStore();
  return SqliteStore.open({
    file: databaseFile(folder),
    instance: { id: options.instanceId, pid: process.pid },
    synchronous: settings.durability === 'full' ? 'FULL' : 'NORMAL',
    clock,
    isAlive: isProcessAlive,
    ...(options.nativeBinding === undefined ? {} : { nativeBinding: options.nativeBinding }),
    ...(options.checkpointWorker === undefined ? {} : { checkpointWorker: options.checkpointWorker }),
  });
}

function openReports({ folder, settings, reportWorker, nativeBinding }: DaemonOptions): Reports {
  if (settings.store === 'memory') return new MemoryReports();
  return new SqliteReports({
    file: databaseFile(folder),
    worker: reportWorker,
    ...(nativeBinding === undefined ? {} : { nativeBinding }),
  });
}

function openBackups(options: DaemonOptions, clock: SystemClock): Backups {
  const { folder, settings, backupWorker, nativeBinding } = options;
  if (settings.store === 'memory') return new MemoryBackups();
  return new SqliteBackups({
    file: databaseFile(folder),
    folder: path.join(folder, 'backups'),
    worker: backupWorker,
    clock,
    ...(nativeBinding === undefined ? {} : { nativeBinding }),
  });
}

/** What is in memory only is sealed with a key that nobody keeps. */
async function dataKeyOf(options: DaemonOptions, stored: RegistrySnapshot): Promise<DataKey> {
  const { folder, env, settings } = options;
  if (settings.store === 'memory') return { key: randomBytes(DATA_KEY_BYTES), sealing: 'memory' };
  return openDataKey({
    folder,
    env,
    keychain: new KeyringKeychain({ addon: options.keychainAddon, env }),
    firstRun: stored.keys.length + stored.webhooks.length > 0 ? 'refuse' : 'create',
  });
}

function logDestination({ folder, settings: { log } }: DaemonOptions): string | number {
  return log === '-' ? STDOUT : (log ?? path.join(folder, 'logs', 'daemon.log'));
}

function retentionOf({ keepRequests, keepLedger, maxRequests, maxHistory }: Settings): RetentionWishes {
  const requests = { ageMs: keepRequests, most: maxRequests };
  const lasting = { ageMs: keepLedger };
  const logs = { traces: requests, transitions: requests, audit: lasting, entries: lasting };
  return { logs, mostBytes: maxHistory };
}

/** A variable that can't be meant is no reason to serve nobody. */
function otlpSettings(
  { env, settings, version, instanceId }: DaemonOptions,
  failed: (error: unknown) => void,
): OtlpSettings | null {
  if (!settings.otlp) return null;
  try {
    return readOtlpSettings(env, { version, instanceId });
  } catch (error) {
    failed(error);
    return null;
  }
}

/** Once a minute: a predecessor that died while it drained, and holds whose provider must have ended by now. */
function keepHouse(clock: SystemClock, store: Store, failed: (error: unknown) => void): () => void {
  let cancel = (): void => undefined;
  const round = (): void => {
    const now = clock.now();
    store
      .recoverAbandoned(now)
      .then(() => store.expireUnknown(now - UNKNOWN_HOLD_MS))
      .catch(failed);
    cancel = clock.after(60_000, round);
  };
  cancel = clock.after(60_000, round);
  return () => cancel();
}
