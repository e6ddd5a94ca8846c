import { Command, CommanderError } from 'commander';
import { VERSION } from '../../shared/version.ts';
import { addDaemonCommands } from './commands/daemon.ts';
import { addKeysCommands } from './commands/keys.ts';
import { addReportCommand } from './commands/report.ts';
import { addRequestsCommands } from './commands/requests.ts';
import { addVirtualKeysCommands } from './commands/virtual-keys.ts';
import { printError, printUsageError, useJson } from './output.ts';
import { refuseSecretArguments } from './secret-arguments.ts';

const EPILOGUE = `
To begin:
  apikeyrouter keys add openai                     asks for the key, hidden
  apikeyrouter virtual-keys create my-tool         a token for a tool, and what to tell the tool

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the daemon is not running`;

async function main(args: readonly string[]): Promise<void> {
  const json = args.includes('--json');
  useJson(json);
  const root = program(json);
  refuseSecretArguments(root, args);
  await root.parseAsync(args, { from: 'user' });
}

function program(json: boolean): Command {
  const root = new Command('apikeyrouter')
    .description(
      'One local address for every AI coding tool: keys with failover, exact budgets, explained routing.',
    )
    .version(VERSION)
    .option('--json', 'print JSON for programs')
    .option('--home <folder>', "data folder (default: $APIKEYROUTER_HOME, else the system's place)")
    .addHelpText('after', EPILOGUE)
    .showHelpAfterError('(add --help for what is possible)')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .hook('preAction', (_, command) => {
      const { home } = command.optsWithGlobals<{ home?: string }>();
      if (home !== undefined) process.env['APIKEYROUTER_HOME'] = home;
    });
  // Programs get the error as JSON instead, once it is caught.
  if (json) root.configureOutput({ writeErr: () => undefined });
  addDaemonCommands(root);
  addKeysCommands(root);
  addVirtualKeysCommands(root);
  addRequestsCommands(root);
  addReportCommand(root);
  return root;
}

main(process.argv.slice(2)).then(
  () => process.exit(),
  (error: unknown) => {
    if (!(error instanceof CommanderError)) printError(error);
    else if (error.exitCode !== 0) printUsageError(error);
    process.exit();
  },
);
