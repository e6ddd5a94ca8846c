import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { formatUsd } from '../../../shared/model/money.ts';
import type { StateView } from '../../../shared/model/views.ts';
import { proofOf } from '../../http/http-server.ts';
import { RouterError } from '../../core/router-error.ts';
import { runningDaemon } from '../launch-daemon.ts';
import { chosenFolder, findDaemon } from '../management-client.ts';
import { print, relativeTime } from '../output.ts';
import { serve } from '../serve.ts';

const STOP_MS = 15_000;

/** `apikeyrouter serve|status|stop|verify` */
export function addDaemonCommands(program: Command): void {
  program
    .command('serve')
    .description('Run the daemon in the foreground; offers to import keys that it finds')
    .option('-p, --port <port>', 'port of the proxy (default: the one used before, else 8484)', port)
    .option('--log-level <level>', 'debug, info, warn or error', 'info')
    .option('--no-import', "don't look for keys in the environment and .env")
    .action(serve);
  program.command('status').description('Say whether the daemon runs, and how it is').action(status);
  program.command('stop').description('Stop the daemon when running answers have ended').action(stop);
  program
    .command('verify')
    .description('Prove that the listener on the proxy port is this daemon')
    .action(verify);
}

async function status(): Promise<void> {
  const endpoint = await findDaemon(chosenFolder());
  if (!endpoint) {
    print({ running: false }, 'The daemon is not running. Start it with "apikeyrouter serve".');
    process.exitCode = 3;
    return;
  }
  const state = await (await runningDaemon()).call<StateView>('GET', 'state');
  const keys = Object.entries(state.keysByState)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name}`);
  const lines = [
    `API Key Router ${state.version} on ${state.proxyUrl} (process ${endpoint.pid}, started ${relativeTime(state.startedAt, state.now)})`,
    `Keys:      ${keys.join(', ') || 'none yet'}`,
    `Requests:  ${state.requestsRunning} running`,
    `Today:     ${formatUsd(state.spentTodayNano)} spent, ${formatUsd(state.heldNano)} held${state.unknownNano > 0 ? `, ${formatUsd(state.unknownNano)} of unknown outcome` : ''}`,
    `Secrets:   sealed by ${state.sealing}`,
    `Prices:    ${state.priceBook}`,
  ];
  print({ running: true, pid: endpoint.pid, ...state }, lines.join('\n'));
}

async function stop(): Promise<void> {
  const client = await runningDaemon();
  await client.call<object>('POST', 'daemon/stop');
  const deadline = Date.now() + STOP_MS;
  while (await findDaemon(chosenFolder())) {
    if (Date.now() > deadline) {
      throw new RouterError(
        'internal',
        `The daemon (process ${client.endpoint.pid}) is still ending its last answers.`,
      );
    }
    await delay(50);
  }
  print({ stopped: true }, 'Stopped.');
}

/** A program that took the port can't answer the challenge: it does not know the management token. */
async function verify(): Promise<void> {
  const { endpoint } = await runningDaemon();
  const challenge = randomBytes(16).toString('hex');
  const response = await fetch(`http://127.0.0.1:${endpoint.port}/health?challenge=${challenge}`, {
    signal: AbortSignal.timeout(5_000),
  }).catch(() => null);
  const answer = response ? ((await response.json().catch(() => ({}))) as { proof?: string }) : {};
  if (answer.proof !== proofOf(endpoint.managementToken, challenge)) {
    throw new RouterError(
      'conflict',
      `The program on port ${endpoint.port} is not this daemon. Don't point tools at it; stop it, then "apikeyrouter serve".`,
    );
  }
  const url = `http://127.0.0.1:${endpoint.port}`;
  print({ verified: true, url }, `${url} is this daemon (process ${endpoint.pid}).`);
}

function port(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value < 65_536) return value;
  throw new InvalidArgumentError('It takes a number from 1 to 65535.');
}
