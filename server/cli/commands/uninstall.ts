import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { confirm } from '@inquirer/prompts';
import type { Command } from 'commander';
import { ConnectionRecords } from '../../connect/connection-records.ts';
import { RouterError } from '../../core/router-error.ts';
import { disconnectedLines, disconnectTool } from '../connect/disconnect-tool.ts';
import { findDaemon } from '../find-daemon.ts';
import { chosenFolder, ManagementClient } from '../management-client.ts';
import { isForPrograms, print } from '../output.ts';
import { serviceHere } from '../service/service-here.ts';
import { runCommand, uninstall as removeService } from '../service/service.ts';
import { stopDaemon } from '../stop-daemon.ts';

interface UninstallOptions {
  readonly purge?: true;
  readonly yes?: true;
}

/** `apikeyrouter uninstall` */
export function addUninstallCommand(program: Command): void {
  program
    .command('uninstall')
    .description('Disconnect every tool, stop the daemon, start it at login no more, and say what remains')
    .option('--purge', 'also delete the data folder: keys, limits, history and backups in it')
    .option('--yes', "don't ask before deleting")
    .action(uninstall);
}

async function uninstall({ purge, yes }: UninstallOptions): Promise<void> {
  const folder = chosenFolder();
  if (purge && !yes) await askFirst(folder);
  const lines: string[] = [];
  const records = new ConnectionRecords(folder);
  for (const record of records.list()) {
    lines.push(...disconnectedLines(record, await disconnectTool(records, record)));
  }
  const service = await removeService(serviceHere(), runCommand);
  if (service === 'removed') lines.push('It no longer starts at login.');
  const endpoint = await findDaemon(folder);
  if (endpoint) {
    await stopDaemon(new ManagementClient(endpoint));
    lines.push('The daemon is stopped.');
  }
  const keychain = existsSync(path.join(folder, 'vault.json'));
  if (purge) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  const remains = [
    ...(purge || !existsSync(folder)
      ? []
      : [`${folder}, with keys, limits and history ("apikeyrouter uninstall --purge" deletes it)`]),
    ...(keychain
      ? ['an entry "apikeyrouter" in the system\'s keychain, if your keys were sealed there']
      : []),
    'the extension in VS Code, and this program: remove them where you installed them',
  ];
  lines.push('What remains:', ...remains.map((one) => `  ${one}`));
  print({ uninstalled: true, purged: purge === true, remains }, lines.join('\n'));
}

async function askFirst(folder: string): Promise<void> {
  if (isForPrograms() || !process.stdin.isTTY) {
    throw new RouterError(
      'invalid_request',
      `${folder} would be deleted with all keys in it. Say so with --yes.`,
    );
  }
  const sure = await confirm({
    message: `Delete ${folder} with all keys, limits and history?`,
    default: false,
  });
  if (!sure) throw new RouterError('conflict', 'Nothing was changed.');
}
