import { type Disposable, Disposable as Disposables, l10n } from 'vscode';
import type { CommandContext } from './command-context.ts';
import { registerDaemonCommand } from './daemon-command.ts';
import { pickKey } from './pick-key.ts';

/** `Enable Key` and `Disable Key`. */
export function registerSetEnabled(context: CommandContext): Disposable {
  const enable = registerDaemonCommand('apikeyrouter.enableKey', context, async (argument) => {
    const prompt = l10n.t('Which key shall be used again?');
    const key = await pickKey(context, argument, prompt, ({ enabled }) => !enabled);
    if (key) await setEnabled(context, key.id, true);
  });
  const disable = registerDaemonCommand('apikeyrouter.disableKey', context, async (argument) => {
    const prompt = l10n.t('Which key shall no longer be used?');
    const key = await pickKey(context, argument, prompt, ({ enabled }) => enabled);
    if (key) await setEnabled(context, key.id, false);
  });
  return Disposables.from(enable, disable);
}

async function setEnabled({ connection, list }: CommandContext, id: string, enabled: boolean): Promise<void> {
  await connection.request('apikeyrouter/keys/setEnabled', { id, enabled });
  await list.refresh();
}
