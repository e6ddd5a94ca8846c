import { isDeepStrictEqual } from 'node:util';
import { type CancellationToken, EventEmitter, type LogOutputChannel, l10n } from 'vscode';
import type { RpcNotifications, RpcRequests } from '../../shared/rpc/messages.ts';
import { errorText } from '../platform/error-text.ts';
import { DaemonDownError, HandshakeError, NotRunningError, requestError } from './errors.ts';
import type { LocatedDaemon } from './locate.ts';
import { type DaemonSession, openSession } from './session.ts';

/**
 * Where the connection stands. `idle`: nobody has wanted the daemon yet. `down` keeps being retried; `failed` tells a
 * daemon that could not be started or reached from one that simply does not run.
 */
export type ConnectionState =
  | { readonly kind: 'idle' | 'connecting' | 'connected' }
  | { readonly kind: 'down'; readonly reason: string; readonly failed: boolean };

/** What the connection needs from outside. */
export interface ConnectionOptions {
  readonly version: string;
  readonly log: LogOutputChannel;
  /** Finds a running daemon; `null` if there is none. */
  locate(): Promise<LocatedDaemon | null>;
  /** Starts a daemon and waits until it is there; rejects with a sentence that says why it is not. */
  launch(): Promise<LocatedDaemon>;
  /** Whether `launch` may be called although nobody asked for it. */
  mayLaunch(): boolean;
  /** Whether a running daemon should be replaced by one that `launch` starts. */
  isOutdated(daemon: LocatedDaemon): boolean;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const SHORT_SESSION_MS = 5000;
/** How often a daemon that nobody may start is looked for. */
const LOOK_AGAIN_MS = 2000;
const HANDSHAKE_TRIES = 10;
const HANDSHAKE_PAUSE_MS = 200;
/** How long a request waits for a connection that is on its way. */
const PATIENCE_MS = 20_000;

/**
 * The one connection of this window to the daemon. Opened on first need; from then on it finds, or starts, the daemon
 * again whenever it is lost, for as long as the window lives, and never shows anything itself.
 */
export class DaemonConnection {
  readonly #options: ConnectionOptions;
  readonly #stateChanged = new EventEmitter<ConnectionState>();
  readonly #changed = new EventEmitter<RpcNotifications['apikeyrouter/changed']>();
  readonly onDidChangeState = this.#stateChanged.event;
  /** The daemon's `apikeyrouter/changed`. */
  readonly onDidChange = this.#changed.event;
  #state: ConnectionState = { kind: 'idle' };
  #session: DaemonSession | null = null;
  readonly #notReplaced = new Set<string>();
  #disposed = false;
  #startWanted = false;
  #endPause: (() => void) | null = null;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Begins to look for the daemon. Without effect once begun. */
  open(): void {
    if (this.#state.kind !== 'idle' || this.#disposed) return;
    this.#setState({ kind: 'connecting' });
    void this.#keepConnected();
  }

  /** A person wants the daemon: from now on it may be started, and the next try is made at once. */
  start(): void {
    this.#startWanted = true;
    this.open();
    if (this.#state.kind === 'down') this.#setState({ kind: 'connecting' });
    this.#endPause?.();
  }

  /** Fulfils once the connection is neither idle nor on its way. Opens it if need be. */
  async settled(): Promise<ConnectionState> {
    this.open();
    if (isSettled(this.#state)) return this.#state;
    return new Promise((resolve) => {
      const listener = this.onDidChangeState((state) => {
        if (!isSettled(state)) return;
        listener.dispose();
        resolve(state);
      });
    });
  }

  /** Sends a request; rejects with an error class of `errors.ts`. Waits for a connection that is on its way. */
  async request<M extends keyof RpcRequests>(
    method: M,
    params: RpcRequests[M]['params'],
    token?: CancellationToken,
  ): Promise<RpcRequests[M]['result']> {
    const patience = new Promise<ConnectionState>((resolve) => {
      setTimeout(() => resolve(this.#state), PATIENCE_MS).unref();
    });
    const state = await Promise.race([this.settled(), patience]);
    const session = this.#session;
    if (!session) {
      throw new DaemonDownError(
        state.kind === 'down' ? state.reason : l10n.t('The daemon does not answer. The log may say why.'),
      );
    }
    try {
      const answer = session.client.sendRequest<RpcRequests[M]['result']>(method, params, token);
      return await answer;
    } catch (error) {
      throw requestError(error);
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.#session?.end();
    this.#endPause?.();
    this.#stateChanged.dispose();
    this.#changed.dispose();
  }

  async #keepConnected(): Promise<void> {
    let failures = 0;
    let shortSessions = 0;
    while (!this.#disposed) {
      try {
        const daemon = await this.#reach();
        if (this.#disposed) return daemon.socket.destroy() && undefined;
        const servedFrom = Date.now();
        await this.#serve(daemon);
        failures = 0;
        this.#setState({ kind: 'connecting' });
        // A daemon that was killed is replaced at once; one that keeps hanging up is not besieged.
        shortSessions = Date.now() - servedFrom < SHORT_SESSION_MS ? shortSessions + 1 : 0;
        if (shortSessions > 2) await this.#pause(pauseAfter(shortSessions));
      } catch (error) {
        failures += 1;
        // In the midst of a change of daemons the one that hangs up and the one that answers look the same.
        if (error instanceof HandshakeError && failures <= HANDSHAKE_TRIES) {
          await this.#pause(HANDSHAKE_PAUSE_MS);
          continue;
        }
        this.#setDown(error);
        await this.#pause(this.#launchAllowed() ? pauseAfter(failures) : LOOK_AGAIN_MS);
      }
    }
  }

  #setDown(error: unknown): void {
    const reason = errorText(error);
    const down = { kind: 'down', reason, failed: !(error instanceof NotRunningError) } as const;
    // The log is told once, not at every try.
    if (!isDeepStrictEqual(down, this.#state)) this.#options.log.warn(reason);
    this.#setState(down);
  }

  async #reach(): Promise<LocatedDaemon> {
    const running = await this.#options.locate();
    if (running && !(this.#launchAllowed() && this.#isReplaceable(running))) return running;
    if (!this.#launchAllowed()) throw new NotRunningError(l10n.t('The daemon is not running.'));
    if (!running) return this.#options.launch();
    running.socket.destroy();
    try {
      return await this.#options.launch();
    } catch (error) {
      // An older daemon that stays is better than none.
      const stayed = await this.#options.locate();
      if (stayed) return stayed;
      throw error;
    }
  }

  /** Outdated, and not one whose replacement was tried before. */
  #isReplaceable(daemon: LocatedDaemon): boolean {
    const { instanceId } = daemon.endpoint;
    if (!this.#options.isOutdated(daemon) || this.#notReplaced.has(instanceId)) return false;
    this.#notReplaced.add(instanceId);
    return true;
  }

  /** Holds one session until it ends. Rejects if it could not even begin. */
  async #serve({ endpoint, socket }: LocatedDaemon): Promise<void> {
    const { log, version } = this.#options;
    const handshake = { managementToken: endpoint.managementToken, clientVersion: version };
    const session = await openSession(socket, handshake, log).catch((error: unknown) => {
      throw new HandshakeError(l10n.t('The daemon refused the connection: {0}', errorText(error)));
    });
    if (this.#disposed) return session.end();
    log.info(`Connected to daemon ${endpoint.version}, process ${endpoint.pid}, port ${endpoint.port}`);
    session.client.onNotification(
      'apikeyrouter/changed',
      (params: RpcNotifications['apikeyrouter/changed']) => this.#changed.fire(params),
    );
    this.#session = session;
    this.#setState({ kind: 'connected' });
    await session.ended;
    this.#session = null;
    session.end();
    log.info('The daemon hung up');
  }

  #launchAllowed(): boolean {
    return this.#startWanted || this.#options.mayLaunch();
  }

  #setState(state: ConnectionState): void {
    if (this.#disposed || isDeepStrictEqual(state, this.#state)) return;
    this.#state = state;
    this.#stateChanged.fire(state);
  }

  async #pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#endPause = null;
  }
}

function isSettled(state: ConnectionState): boolean {
  return state.kind === 'connected' || state.kind === 'down';
}

/** Doubles with each failure in a row. */
function pauseAfter(failures: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
}
