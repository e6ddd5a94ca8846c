import { type Disposable, commands, l10n, window } from 'vscode';
import type { CommandContext } from './command-context.ts';
import { KEYS_PROGRESS } from './progress.ts';

/** `Start Daemon`: also where the setting says not to start it unasked. */
export function registerStartDaemon({ connection, log }: CommandContext): Disposable {
  return commands.registerCommand('apikeyrouter.startDaemon', async () => {
    connection.start();
    const state = await window.withProgress(KEYS_PROGRESS, () => connection.settled());
    if (state.kind !== 'down') return;
    const show = l10n.t('Show Log');
    const answer = await window.showErrorMessage(l10n.t('API Key Router: {0}', state.reason), show);
    if (answer === show) log.show();
  });
}
