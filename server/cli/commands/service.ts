import type { Command } from 'commander';
import { findDaemon } from '../find-daemon.ts';
import { chosenFolder, usableFolder } from '../management-client.ts';
import { print } from '../output.ts';
import { serviceHere } from '../service/service-here.ts';
import { install, ownership, runCommand, uninstall } from '../service/service.ts';

/** `apikeyrouter service ...` */
export function addServiceCommands(program: Command): void {
  const service = program.command('service').description('Have the daemon start when you log in');
  service
    .command('install')
    .description('Start the daemon at every login: systemd user unit, launch agent, or scheduled task')
    .option('--print', 'show what would be written, and write nothing')
    .action(add);
  service.command('uninstall').description('Start it at login no more').action(remove);
  service.command('status').description('Say whether it starts at login').action(status);
}

async function add({ print: only }: { readonly print?: true }): Promise<void> {
  const wanted = serviceHere();
  const { file, text } = wanted;
  if (only) {
    print({ file, text }, `${file}:\n\n${text}`);
    return;
  }
  const folder = usableFolder(chosenFolder());
  await install(wanted, runCommand);
  const running = await findDaemon(folder);
  const started = !running && (await runCommand(wanted.start)).ok;
  const now = started
    ? 'It runs.'
    : running
      ? `The one that runs now (process ${running.pid}) goes on until you log out.`
      : 'It could not be started now; it is at the next login.';
  print({ installed: true, file, started }, `The daemon starts when you log in (${file}). ${now}`);
}

async function remove(): Promise<void> {
  const { file } = serviceHere();
  const result = await uninstall(serviceHere(), runCommand);
  const text =
    result === 'none' ? 'There was none.' : `Removed ${file}. The daemon no longer starts at login.`;
  print({ removed: result === 'removed' }, text);
}

async function status(): Promise<void> {
  const wanted = serviceHere();
  const { file } = wanted;
  const owner = ownership(wanted);
  const installed = owner === 'ours';
  const running = installed && (await runCommand(wanted.isRunning)).ok;
  const text = installed
    ? `The daemon starts when you log in (${file}), and ${running ? 'runs by that' : 'does not run by that now'}.`
    : owner === 'foreign'
      ? `${file} was not written by this program.`
      : 'The daemon does not start by itself. "apikeyrouter service install" changes that.';
  print({ installed, running, file }, text);
}
