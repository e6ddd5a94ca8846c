import { type Disposable, l10n, window } from 'vscode';
import type { CommandContext } from './command-context.ts';
import { registerDaemonCommand } from './daemon-command.ts';
import { pickKey } from './pick-key.ts';

/** `Remove Key`: after a modal question, since the secret can't be had back. */
export function registerRemoveKey(context: CommandContext): Disposable {
  return registerDaemonCommand('apikeyrouter.removeKey', context, async (argument) => {
    const key = await pickKey(context, argument, l10n.t('Which key shall be removed?'), () => true);
    if (!key) return;
    const remove = l10n.t('Remove Key');
    const answer = await window.showWarningMessage(
      l10n.t('Remove the key "{0}"?', key.name),
      {
        modal: true,
        detail: l10n.t(
          'Its secret (…{0}) is deleted from this computer. The provider keeps the key valid: revoke it there if it leaked. What it cost stays on record.',
          key.hint,
        ),
      },
      remove,
    );
    if (answer !== remove) return;
    await context.connection.request('apikeyrouter/keys/remove', { id: key.id });
    await context.list.refresh();
  });
}
