import { type Disposable, window } from 'vscode';
import type { CommandContext } from './command-context.ts';
import { registerDaemonCommand } from './daemon-command.ts';
import { KEYS_PROGRESS } from './progress.ts';

/** `Refresh`: reads the keys again. */
export function registerRefresh(context: CommandContext): Disposable {
  return registerDaemonCommand('apikeyrouter.refresh', context, async () => {
    await window.withProgress(KEYS_PROGRESS, () => context.list.refresh());
  });
}
