import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { EndpointRecord } from '../../shared/endpoint.ts';
import { withoutKeys } from '../../shared/key-discovery.ts';
import { RouterError } from '../core/router-error.ts';
import { readEndpoint } from '../daemon/endpoint.ts';
import { findDaemon } from './find-daemon.ts';
import { chosenFolder, ManagementClient, usableFolder } from './management-client.ts';
import { EXIT } from './output.ts';

const START_MS = 15_000;
/** The exit code by which a daemon says that another one was faster: that one's endpoint is about to appear. */
const ALREADY_RUNNING = 3;
const NOT_RUNNING = 'The daemon is not running. Start it with "apikeyrouter serve".';

/** The running daemon; throws with what to do, and sets the exit code, if there is none. */
export async function runningDaemon(): Promise<ManagementClient> {
  const endpoint = await findDaemon(chosenFolder());
  if (endpoint) return new ManagementClient(endpoint);
  process.exitCode = EXIT.notRunning;
  throw new RouterError('not_found', NOT_RUNNING);
}

/** The running daemon, started in the background if there is none. */
export async function daemon(): Promise<ManagementClient> {
  const folder = usableFolder(chosenFolder());
  return new ManagementClient((await findDaemon(folder)) ?? (await launch(folder)));
}

async function launch(folder: string): Promise<EndpointRecord> {
  const stale = readEndpoint(folder)?.instanceId;
  const log = path.join(folder, 'logs', 'start.log');
  mkdirSync(path.dirname(log), { recursive: true, mode: 0o700 });
  const output = openSync(log, 'w', 0o600);
  const child = spawn(process.execPath, [path.join(__dirname, 'daemon.cjs'), '--home', folder], {
    detached: true,
    stdio: ['ignore', output, output],
    cwd: path.parse(folder).root,
    env: withoutKeys(process.env),
  });
  closeSync(output);
  let exitCode: number | null = null;
  child.once('exit', (code) => (exitCode = code ?? 1)).once('error', () => (exitCode = 1));
  child.unref();
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    const endpoint = await findDaemon(folder);
    // The new one listens before it publishes: until then, what a killed one left behind seems to be right.
    if (endpoint && (endpoint.instanceId !== stale || exitCode === ALREADY_RUNNING)) return endpoint;
    if (exitCode !== null && exitCode !== ALREADY_RUNNING) break;
    await delay(30);
  }
  const said = readFileSync(log, 'utf8').trim().slice(-500);
  throw new RouterError('internal', `The daemon did not start. ${said || `Its log is ${log}.`}`);
}
