import { Command } from 'commander';
import { VERSION } from '../../shared/version.ts';
import { addDaemonCommands } from './commands/daemon.ts';
import { addKeysCommands } from './commands/keys.ts';
import { addRequestsCommands } from './commands/requests.ts';
import { addVirtualKeysCommands } from './commands/virtual-keys.ts';
import { printError, useJson } from './output.ts';

const program = new Command('apikeyrouter')
  .description(
    'One local address for every AI coding tool: keys with failover, exact budgets, explained routing.',
  )
  .version(VERSION)
  .option('--json', 'print JSON for programs')
  .option('--home <folder>', "data folder (default: $APIKEYROUTER_HOME, else the system's place)")
  .showHelpAfterError('(add --help for what is possible)')
  .configureHelp({ showGlobalOptions: true })
  .hook('preAction', (_, command) => {
    const options = command.optsWithGlobals<{ json?: boolean; home?: string }>();
    useJson(options.json === true);
    if (options.home !== undefined) process.env['APIKEYROUTER_HOME'] = options.home;
  });

addDaemonCommands(program);
addKeysCommands(program);
addVirtualKeysCommands(program);
addRequestsCommands(program);

program.parseAsync().then(
  () => process.exit(),
  (error: unknown) => {
    printError(error);
    process.exit();
  },
);
