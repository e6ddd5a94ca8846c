import { l10n, window } from 'vscode';
import type { KeyView } from '../../shared/model/views.ts';
import { keyDescription } from '../keys/key-text.ts';
import { stateIcon } from '../views/keys/state-icon.ts';
import { isKeyNode } from '../views/keys/nodes.ts';
import type { CommandContext } from './command-context.ts';

/**
 * The key that a command is about: the one whose menu was used or, from the command palette, one that the person picks
 * among those that `fits` admits. `undefined` if there is none or none was picked.
 */
export async function pickKey(
  { list }: CommandContext,
  argument: unknown,
  placeholder: string,
  fits: (key: KeyView) => boolean,
): Promise<KeyView | undefined> {
  if (isKeyNode(argument)) return argument.view;
  const { keys, providers } = list.snapshot ?? { keys: [], providers: [] };
  const items = keys.filter(fits).map((key) => ({
    key,
    label: key.name,
    iconPath: stateIcon(key),
    description: keyDescription(key, Date.now()),
    detail: `${providers.find((provider) => provider.id === key.providerId)?.name ?? key.providerId}  …${key.hint}`,
  }));
  if (items.length === 0) {
    void window.showInformationMessage(
      keys.length === 0
        ? l10n.t('There are no keys yet. Add one first.')
        : l10n.t('No key fits this command now.'),
    );
    return undefined;
  }
  return (await window.showQuickPick(items, { placeHolder: placeholder, matchOnDetail: true }))?.key;
}
