import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { EndpointRecord } from '../../shared/endpoint.ts';
import { VERSION } from '../../shared/version.ts';
import { makePrivateFolder } from '../adapters/files/private-file.ts';
import type { BesideBundle } from './beside-bundle.ts';
import { choosePort, keepPort } from './choose-port.ts';
import { compose, type Daemon } from './composition.ts';
import { readEndpoint, removeEndpoint, writeEndpoint } from './endpoint.ts';
import { Predecessor, replaces } from './predecessor.ts';
import { provision } from './provision.ts';
import { isProcessAlive } from './process-alive.ts';
import type { Settings } from './settings/settings.ts';
import { acquireLock, type InstanceLock, type LockOptions } from './single-instance.ts';
import { prepareSocketFolder, socketPath, thisHost } from './socket-path.ts';

export interface RunOptions extends BesideBundle {
  readonly folder: string;
  readonly settings: Settings;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export type RunResult =
  | {
      readonly kind: 'running';
      readonly endpoint: EndpointRecord;
      readonly stopped: Promise<void>;
      stop(): void;
    }
  /** Another daemon of this folder runs, of this version or a newer one. */
  | { readonly kind: 'already_running'; readonly endpoint: EndpointRecord | null };

/** Answers that still run when a stop is asked for get this long to end. */
const STOP_GRACE_MS = 10_000;
/** A draining predecessor's streams may take as long as a model thinks. */
const HAND_OVER_GRACE_MS = 15 * 60_000;
/** Linux lets a successor listen beside its predecessor, so that no connection is refused in between. */
const SHARING = process.platform === 'linux' ? 'hand-over' : 'exclusive';
const LOCK_TRIES = 100;
const LOCK_PAUSE_MS = 50;

/** Becomes the daemon of a data folder, taking over from an older one, and serves until it is stopped. */
export async function runDaemon(options: RunOptions): Promise<RunResult> {
  const { folder, settings } = options;
  const locking = options.nativeBinding === undefined ? {} : { nativeBinding: options.nativeBinding };
  makePrivateFolder(folder);
  let lock = acquireLock(folder, locking) ?? (await retryBriefly(folder, locking));
  const older = lock ? null : runningDaemon(folder);
  if (!lock && !(older && replaces(older, VERSION))) return { kind: 'already_running', endpoint: older };

  const stopping = Promise.withResolvers<'stop' | 'hand-over'>();
  const instanceId = randomBytes(12).toString('hex');
  // A successor answers to its predecessor's token: whoever read the endpoint file just before is not turned away.
  const managementToken =
    settings.managementToken ?? older?.managementToken ?? `akm-${randomBytes(32).toString('base64url')}`;
  let daemon: Daemon | null = null;
  try {
    daemon = await compose({
      ...options,
      version: VERSION,
      instanceId,
      managementToken,
      lifecycle: {
        stop: () => stopping.resolve('stop'),
        handOver: () => {
          stopping.resolve('hand-over');
          return Promise.resolve({ running: daemon?.router.running ?? 0 });
        },
      },
    });
    const predecessor = older && (await Predecessor.connect(older));
    if (SHARING === 'exclusive') await predecessor?.askToHandOver();
    await provision(daemon, settings, options.env);
    const port = await listen(daemon, folder, settings, older);
    if (predecessor) {
      if (SHARING === 'hand-over') await predecessor.askToHandOver();
      lock = await takeLock(folder, locking);
    }
    const socket = await listenForWindows(daemon, folder);
    daemon.admin.proxyUrl = `http://127.0.0.1:${port}`;
    const endpoint: EndpointRecord = {
      pid: process.pid,
      instanceId,
      version: VERSION,
      port,
      socket,
      managementToken,
      startedAt: daemon.clock.now(),
    };
    writeEndpoint(folder, endpoint);
    daemon.logger.info({ port, version: VERSION, pid: process.pid }, 'daemon started');
    const running = daemon;
    const held = lock;
    const stopped = stopping.promise.then((how) => end(running, held, folder, instanceId, how));
    return { kind: 'running', endpoint, stopped, stop: () => stopping.resolve('stop') };
  } catch (error) {
    await daemon?.close();
    lock?.release();
    throw error;
  }
}

/** Beside a predecessor where the system allows two listeners, else in its place a moment later. */
async function listen(
  daemon: Daemon,
  folder: string,
  { host, port: asked }: Settings,
  older: EndpointRecord | null,
): Promise<number> {
  if (older) return retryWhileTaken(() => daemon.http.listen(host, older.port, SHARING));
  const port = await daemon.http.listen(host, await choosePort(folder, asked), SHARING);
  keepPort(folder, port);
  return port;
}

async function retryWhileTaken(listen: () => Promise<number>): Promise<number> {
  for (let tries = 0; ; tries++) {
    try {
      return await listen();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || tries === LOCK_TRIES) throw error;
      await delay(LOCK_PAUSE_MS);
    }
  }
}

async function listenForWindows(daemon: Daemon, folder: string): Promise<string> {
  const host = thisHost();
  const socket = socketPath(folder, host);
  prepareSocketFolder(socket, host);
  // Left over from a daemon that was killed: the lock says that nobody listens there.
  if (host.platform !== 'win32') rmSync(socket, { force: true });
  await daemon.lsp.listen(socket);
  return socket;
}

/** Whoever only looks whether a daemon runs holds the lock for a moment. */
async function retryBriefly(folder: string, locking: LockOptions): Promise<InstanceLock | null> {
  for (let tries = 0; tries < 3; tries++) {
    await delay(LOCK_PAUSE_MS);
    const lock = acquireLock(folder, locking);
    if (lock) return lock;
  }
  return null;
}

async function takeLock(folder: string, locking: LockOptions): Promise<InstanceLock> {
  for (let tries = 0; tries < LOCK_TRIES; tries++) {
    const lock = acquireLock(folder, locking);
    if (lock) return lock;
    await delay(LOCK_PAUSE_MS);
  }
  throw new Error('The running daemon did not give up its lock in time. Stop it with "apikeyrouter stop".');
}

function runningDaemon(folder: string): EndpointRecord | null {
  const record = readEndpoint(folder);
  return record && isProcessAlive(record.pid) ? record : null;
}

/** Lets running answers end, settles them and leaves. A successor may start as soon as the lock is free. */
async function end(
  daemon: Daemon,
  lock: InstanceLock | null,
  folder: string,
  instanceId: string,
  how: 'stop' | 'hand-over',
): Promise<void> {
  daemon.logger.info({ how, running: daemon.router.running }, 'daemon ends');
  const drained = daemon.http.drain();
  if (how === 'stop') removeEndpoint(folder, instanceId);
  await daemon.lsp.close();
  if (how === 'hand-over') lock?.release();
  const grace = how === 'stop' ? STOP_GRACE_MS : HAND_OVER_GRACE_MS;
  const cutOff = setTimeout(() => daemon.http.cut(), grace);
  await drained;
  clearTimeout(cutOff);
  await idle(daemon);
  await daemon.close();
  if (how === 'stop') lock?.release();
}

/** A caller that left ends its connection before its attempt is settled. */
async function idle(daemon: Daemon): Promise<void> {
  for (let tries = 0; daemon.router.running > 0 && tries < LOCK_TRIES; tries++) await delay(10);
}
