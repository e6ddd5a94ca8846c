import path from 'node:path';
import { confirm } from '@inquirer/prompts';
import { RouterError } from '../core/router-error.ts';
import { besideBundle } from '../daemon/beside-bundle.ts';
import { runDaemon } from '../daemon/run-daemon.ts';
import { foundKeys } from './found-keys.ts';
import { describeImport, importKeys } from './import-keys.ts';
import { chosenFolder, ManagementClient } from './management-client.ts';
import { print } from './output.ts';

export interface ServeOptions {
  readonly port?: number;
  readonly logLevel: string;
  readonly import: boolean;
}

/** Runs the daemon until it is interrupted, and offers to take in the keys that lie around. */
export async function serve(options: ServeOptions): Promise<void> {
  const folder = chosenFolder();
  const { logLevel } = options;
  if (logLevel !== 'debug' && logLevel !== 'info' && logLevel !== 'warn' && logLevel !== 'error') {
    throw new RouterError(
      'invalid_request',
      `--log-level takes debug, info, warn or error, not "${logLevel}".`,
    );
  }
  const result = await runDaemon({
    folder,
    port: options.port ?? null,
    logLevel,
    log: path.join(folder, 'logs', 'daemon.log'),
    env: process.env,
    ...besideBundle(__dirname),
  });
  if (result.kind === 'already_running') {
    const where = result.endpoint ? ` on http://127.0.0.1:${result.endpoint.port}` : '';
    throw new RouterError(
      'conflict',
      `A daemon is already running${where}. Stop it with "apikeyrouter stop".`,
    );
  }
  const { endpoint } = result;
  const stop = (): void => result.stop();
  process.once('SIGTERM', stop).once('SIGINT', stop);
  const url = `http://127.0.0.1:${endpoint.port}`;
  print({ url, pid: endpoint.pid, version: endpoint.version, folder }, welcome(url, folder));
  if (options.import) await offerImport(new ManagementClient(endpoint));
  await result.stopped;
}

function welcome(url: string, folder: string): string {
  return [
    `API Key Router serves on ${url}`,
    `  data folder      ${folder}`,
    `  OpenAI tools     OPENAI_BASE_URL=${url}/v1`,
    `  Anthropic tools  ANTHROPIC_BASE_URL=${url}`,
    '  token for tools  apikeyrouter virtual-keys create NAME',
    'Ctrl+C stops it.',
  ].join('\n');
}

async function offerImport(client: ManagementClient): Promise<void> {
  const found = foundKeys();
  if (found.length === 0) return;
  const names = found.map((key) => key.variable).join(', ');
  if (!process.stdin.isTTY) {
    console.error(`Found ${names}. Import with "apikeyrouter keys import-env".`);
    return;
  }
  const stopAsking = new AbortController();
  process.once('SIGINT', () => stopAsking.abort());
  const wanted = await confirm({ message: `Found ${names}. Import?` }, { signal: stopAsking.signal }).catch(
    () => false,
  );
  if (wanted) console.log(describeImport(await importKeys(client, found)));
}
