import { homedir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { dataFolder } from '../../shared/endpoint.ts';
import { besideBundle } from './beside-bundle.ts';
import { runDaemon } from './run-daemon.ts';
import { loadSettings } from './settings/load-settings.ts';
import { FLAG_NAMES, flagOf } from './settings/settings.ts';

/** Exit code of a start that found a daemon running already: whoever started this one can use that. */
const ALREADY_RUNNING = 3;

/** The daemon as a process of its own, started by the extension or the command line. */
async function main(): Promise<void> {
  const names = ['home', 'config', ...FLAG_NAMES];
  const options = Object.fromEntries(names.map((name) => [flagOf(name), { type: 'string' } as const]));
  const { values } = parseArgs({ options });
  const flags = Object.fromEntries(names.map((name) => [name, values[flagOf(name)]]));
  const folder = path.resolve(flags['home'] ?? dataFolder(process.env, process.platform, homedir()));
  const result = await runDaemon({
    folder,
    settings: loadSettings({ folder, flags, env: process.env }),
    env: process.env,
    ...besideBundle(__dirname),
  });
  if (result.kind === 'already_running') {
    const where = result.endpoint ? ` on port ${result.endpoint.port} (process ${result.endpoint.pid})` : '';
    console.error(`A daemon is already running${where}.`);
    process.exitCode = ALREADY_RUNNING;
    return;
  }
  console.error(`API Key Router ${result.endpoint.version} on http://127.0.0.1:${result.endpoint.port}`);
  const stop = (): void => result.stop();
  process.once('SIGTERM', stop).once('SIGINT', stop);
  await result.stopped;
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
