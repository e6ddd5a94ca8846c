import { ThemeColor, ThemeIcon } from 'vscode';
import type { KeyView } from '../../../shared/model/views.ts';

/** The icon of a key: its shape tells the state, its colour how much it matters. */
export function stateIcon(key: KeyView): ThemeIcon {
  switch (key.state) {
    case 'available':
      // Some models out is worth another shape, not an alarm.
      return key.cells.length === 0
        ? icon('pass-filled', 'testing.iconPassed')
        : icon('warning', 'list.warningForeground');
    case 'throttled':
      return icon('watch', 'list.warningForeground');
    case 'exhausted':
      return icon('circle-slash', key.until === null ? 'list.errorForeground' : 'list.warningForeground');
    case 'recovering':
      return icon('sync', 'charts.blue');
    case 'disabled':
      return icon('circle-large-outline', 'disabledForeground');
    case 'invalid':
      return icon('error', 'list.errorForeground');
  }
}

function icon(id: string, color: string): ThemeIcon {
  return new ThemeIcon(id, new ThemeColor(color));
}
