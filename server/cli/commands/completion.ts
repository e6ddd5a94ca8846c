import { Argument, type Command } from 'commander';
import { completionScript, SHELLS } from '../completion.ts';
import { print } from '../output.ts';

/** `apikeyrouter completion` */
export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .description('Print a script that completes commands and options in a shell')
    .addArgument(new Argument('<shell>', 'its first line says where to put it').choices(SHELLS))
    .action((shell: (typeof SHELLS)[number]) => {
      const script = completionScript(program, shell);
      print({ shell, script }, script.trimEnd());
    });
}
