import { type Disposable, StatusBarAlignment, ThemeColor, l10n, window } from 'vscode';
import { formatUsd } from '../../shared/model/money.ts';
import type { DaemonConnection } from '../daemon/connection.ts';
import { isUsable } from '../keys/key-health.ts';
import type { KeyList } from '../keys/key-list.ts';
import { DisposableList } from '../platform/disposable-list.ts';
import { downTooltip, statusTooltip } from './status-tooltip.ts';

/**
 * The extension's one status bar item: today's spend and how many keys can be used. It appears when the daemon is first
 * reached, and is coloured only when no key is left to use.
 */
export function registerStatusBar(connection: DaemonConnection, list: KeyList): Disposable {
  const disposables = new DisposableList();
  const item = disposables.add(window.createStatusBarItem('status', StatusBarAlignment.Right, 100));
  item.name = l10n.t('API Key Router');
  item.command = 'apikeyrouter.keys.focus';
  const show = () => {
    const { snapshot } = list;
    if (connection.state.kind === 'down') {
      item.text = '$(key) $(debug-disconnect)';
      item.tooltip = downTooltip(connection.state.reason);
      item.backgroundColor = undefined;
      item.accessibilityInformation = { label: l10n.t('API Key Router: the daemon is not running') };
      item.show();
    } else if (snapshot) {
      const keys = snapshot.keys.filter(({ purpose }) => purpose === undefined);
      const total = keys.length;
      const usable = keys.filter(isUsable).length;
      const spend = formatUsd(snapshot.state.spentTodayNano);
      item.text = total === 0 ? `$(key) ${l10n.t('No keys')}` : `$(key) ${spend} · ${usable}/${total}`;
      item.tooltip = statusTooltip(snapshot);
      item.backgroundColor =
        total > 0 && usable === 0 ? new ThemeColor('statusBarItem.warningBackground') : undefined;
      item.accessibilityInformation = {
        label: l10n.t('API Key Router: {0} spent today, {1} of {2} keys usable', spend, usable, total),
      };
      item.show();
    }
  };
  disposables.add(list.onDidChange(show));
  disposables.add(connection.onDidChangeState(show));
  return disposables;
}
