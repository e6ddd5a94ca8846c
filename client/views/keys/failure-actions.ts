import { ThemeIcon, TreeItem, l10n } from 'vscode';

/** A line to click in place of keys, when the daemon can't be started: what to do about the reason shown above it. */
export interface ActionNode {
  readonly kind: 'action';
  readonly command: 'apikeyrouter.startDaemon' | 'apikeyrouter.showLog';
}

export const FAILURE_ACTIONS: readonly ActionNode[] = [
  { kind: 'action', command: 'apikeyrouter.startDaemon' },
  { kind: 'action', command: 'apikeyrouter.showLog' },
];

/** The line of an action. */
export function actionItem({ command }: ActionNode): TreeItem {
  const isStart = command === 'apikeyrouter.startDaemon';
  const title = isStart ? l10n.t('Start Daemon') : l10n.t('Show Log');
  const item = new TreeItem(title);
  item.id = command;
  item.contextValue = 'action';
  item.iconPath = new ThemeIcon(isStart ? 'play' : 'output');
  item.command = { command, title };
  return item;
}
