import { type Disposable, l10n, window } from 'vscode';
import type { CommandContext } from './command-context.ts';
import { registerDaemonCommand } from './daemon-command.ts';
import { pickKey } from './pick-key.ts';
import { KEYS_PROGRESS } from './progress.ts';

/** `Check Key`: asks the provider whether the key is good. It costs nothing: a model listing is not billed. */
export function registerCheckKey(context: CommandContext): Disposable {
  return registerDaemonCommand('apikeyrouter.checkKey', context, async (argument) => {
    const { connection, list } = context;
    const key = await pickKey(
      context,
      argument,
      l10n.t('Which key shall be checked?'),
      ({ enabled }) => enabled,
    );
    if (!key) return;
    try {
      const { modelCount } = await window.withProgress(KEYS_PROGRESS, () =>
        connection.request('apikeyrouter/keys/check', { id: key.id }),
      );
      const text =
        modelCount === null
          ? l10n.t('"{0}" works', key.name)
          : l10n.t('"{0}" works, {1} models', key.name, modelCount);
      window.setStatusBarMessage(`$(pass) ${text}`, 5000);
    } finally {
      // A refusal is an error here and a new state in the view.
      await list.refresh();
    }
  });
}
