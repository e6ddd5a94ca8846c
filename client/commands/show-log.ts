import { type Disposable, commands } from 'vscode';
import type { CommandContext } from './command-context.ts';

/** `Show Log`: what this window did. The daemon's own log is a file in its data folder. */
export function registerShowLog({ log }: CommandContext): Disposable {
  return commands.registerCommand('apikeyrouter.showLog', () => log.show());
}
