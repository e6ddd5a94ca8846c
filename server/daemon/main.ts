import { homedir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { dataFolder } from '../../shared/endpoint.ts';
import { besideBundle } from './beside-bundle.ts';
import { runDaemon } from './run-daemon.ts';

/** Exit code of a start that found a daemon running already: whoever started this one can use that. */
const ALREADY_RUNNING = 3;

/** The daemon as a process of its own, started by the extension or the command line. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      home: { type: 'string' },
      port: { type: 'string' },
      'log-level': { type: 'string', default: 'info' },
      log: { type: 'string' },
    },
  });
  const folder = path.resolve(values.home ?? dataFolder(process.env, process.platform, homedir()));
  const result = await runDaemon({
    folder,
    port: values.port === undefined ? null : portNumber(values.port),
    logLevel: logLevel(values['log-level']),
    log: values.log ?? path.join(folder, 'logs', 'daemon.log'),
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

function portNumber(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw new Error(`--port takes a number from 0 to 65535, not "${text}".`);
}

function logLevel(text: string): 'debug' | 'info' | 'warn' | 'error' {
  if (text === 'debug' || text === 'info' || text === 'warn' || text === 'error') return text;
  throw new Error(`--log-level takes debug, info, warn or error, not "${text}".`);
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
