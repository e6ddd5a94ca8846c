import type { Command } from 'commander';
import { formatUsd } from '../../../shared/model/money.ts';
import type { StateView } from '../../../shared/model/views.ts';
import { RouterError } from '../../core/router-error.ts';
import { keptPort } from '../../daemon/choose-port.ts';
import { DaemonLine } from '../../daemon/daemon-line.ts';
import { portOwner } from '../../daemon/port-owner.ts';
import { FLAG_NAMES, flagOf, type Setting, SETTINGS } from '../../daemon/settings/settings.ts';
import { findDaemon } from '../find-daemon.ts';
import { runningDaemon } from '../launch-daemon.ts';
import { chosenFolder, ManagementClient } from '../management-client.ts';
import { EXIT, print, relativeTime } from '../output.ts';
import { serve } from '../serve.ts';
import { stopDaemon } from '../stop-daemon.ts';

/** `apikeyrouter serve|status|stop|verify` */
export function addDaemonCommands(program: Command): void {
  addServe(program);
  program.command('status').description('Say whether the daemon runs, and how it is').action(status);
  program.command('stop').description('Stop the daemon when running answers have ended').action(stop);
  program
    .command('verify')
    .description('Prove that the listener on the proxy port is this daemon')
    .action(verify);
}

function addServe(program: Command): void {
  const command = program
    .command('serve')
    .description('Run the daemon in the foreground; offers to import keys that it finds');
  for (const name of FLAG_NAMES) {
    const { says, usual, otherwise, short, isSwitch }: Setting<unknown> = SETTINGS[name];
    const normally = otherwise ?? (usual === null ? null : `"${usual}"`);
    const flags = `${short === undefined ? '' : `-${short}, `}--${flagOf(name)} ${isSwitch ? '[yes]' : '<value>'}`;
    command.option(flags, normally === null ? says : `${says} (default: ${normally})`);
  }
  command
    .option('-c, --config <file>', 'file of settings (default: config.yaml in the data folder)')
    .option('--no-import', "don't look for keys in the environment and .env")
    .action(serve);
}

async function status(): Promise<void> {
  const endpoint = await findDaemon(chosenFolder());
  if (!endpoint) {
    print({ running: false }, 'The daemon is not running. Start it with "apikeyrouter serve".');
    process.exitCode = EXIT.notRunning;
    return;
  }
  const state = await new ManagementClient(endpoint).call<StateView>('GET', 'state');
  const keys = Object.entries(state.keysByState)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name}`);
  const lines = [
    `API Key Router ${state.version} on ${state.proxyUrl} (process ${endpoint.pid}, started ${relativeTime(state.startedAt, state.now)})`,
    `Keys:      ${keys.join(', ') || 'none yet'}`,
    `Requests:  ${state.requestsRunning} running`,
    `Today:     ${formatUsd(state.spentTodayNano)} spent, ${formatUsd(state.heldNano)} held${state.unknownNano > 0 ? `, ${formatUsd(state.unknownNano)} of unknown outcome` : ''}`,
    `Secrets:   sealed by ${state.sealing}`,
    `Prices:    ${state.priceBook}, as of ${relativeTime(state.pricesAsOf, state.now)}`,
  ];
  print({ running: true, pid: endpoint.pid, ...state }, lines.join('\n'));
}

async function stop(): Promise<void> {
  const client = await runningDaemon();
  await stopDaemon(client);
  print({ stopped: true }, 'Stopped.');
}

async function verify(): Promise<void> {
  await missPort();
  const { endpoint } = await runningDaemon();
  (await DaemonLine.open(endpoint)).close();
  const url = `http://127.0.0.1:${endpoint.port}`;
  print({ verified: true, url }, `${url} is this daemon (process ${endpoint.pid}).`);
}

/** Tools go on sending to the port that they know when the daemon has ended, whoever listens there. */
async function missPort(): Promise<void> {
  const folder = chosenFolder();
  const kept = keptPort(folder);
  if (kept === null || (await findDaemon(folder))) return;
  const owner = await portOwner(kept);
  if (owner === null) return;
  throw new RouterError(
    'conflict',
    `The daemon is not running, and port ${kept} is taken by ${owner}. Don't point tools at it; end it, then "apikeyrouter serve".`,
  );
}
