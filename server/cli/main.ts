import { CommanderError } from 'commander';
import { printError, printUsageError, useJson } from './output.ts';
import { program } from './program.ts';
import { refuseSecretArguments } from './secret-arguments.ts';

async function main(args: readonly string[]): Promise<void> {
  const json = args.includes('--json');
  useJson(json);
  const root = program(json);
  refuseSecretArguments(root, args);
  await root.parseAsync(args, { from: 'user' });
}

main(process.argv.slice(2)).then(
  () => process.exit(),
  (error: unknown) => {
    if (!(error instanceof CommanderError)) printError(error);
    else if (error.exitCode !== 0) printUsageError(error);
    process.exit();
  },
);
