import { spawn } from 'node:child_process';
import { mkdirSync, openSync, closeSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { EndpointRecord } from '../../shared/endpoint.ts';
import { RouterError } from '../core/router-error.ts';
import { chosenFolder, findDaemon, ManagementClient } from './management-client.ts';

const START_MS = 15_000;

/** The running daemon; throws with what to do if there is none. */
export async function runningDaemon(): Promise<ManagementClient> {
  const endpoint = await findDaemon(chosenFolder());
  if (endpoint) return new ManagementClient(endpoint);
  throw new RouterError('not_found', 'The daemon is not running. Start it with "apikeyrouter serve".');
}

/** The running daemon, started in the background if there is none. */
export async function daemon(): Promise<ManagementClient> {
  const folder = chosenFolder();
  return new ManagementClient((await findDaemon(folder)) ?? (await launch(folder)));
}

async function launch(folder: string): Promise<EndpointRecord> {
  const log = path.join(folder, 'logs', 'start.log');
  mkdirSync(path.dirname(log), { recursive: true, mode: 0o700 });
  const output = openSync(log, 'w', 0o600);
  const child = spawn(process.execPath, [path.join(__dirname, 'daemon.cjs'), '--home', folder], {
    detached: true,
    stdio: ['ignore', output, output],
    cwd: path.parse(folder).root,
  });
  closeSync(output);
  let exitCode: number | null = null;
  child.once('exit', (code) => (exitCode = code ?? 1)).once('error', () => (exitCode = 1));
  child.unref();
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    const endpoint = await findDaemon(folder);
    if (endpoint) return endpoint;
    // Three means that another one was faster: its endpoint is about to appear.
    if (exitCode !== null && exitCode !== 3) break;
    await delay(30);
  }
  const said = readFileSync(log, 'utf8').trim().slice(-500);
  throw new RouterError('internal', `The daemon did not start. ${said || `Its log is ${log}.`}`);
}
