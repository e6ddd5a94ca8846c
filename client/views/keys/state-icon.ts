import { ThemeColor, ThemeIcon } from 'vscode';
import type { KeyView } from '../../../shared/model/views.ts';
import { needsAttention } from '../../keys/key-health.ts';

/** The icon of a key: its shape tells the state, its colour how much it matters. */
export function stateIcon(key: KeyView): ThemeIcon {
  switch (key.state) {
    case 'available':
      return icon('pass-filled', 'testing.iconPassed');
    case 'throttled':
      return icon('watch', 'list.warningForeground');
    case 'exhausted':
      return icon('circle-slash', needsAttention(key) ? 'list.errorForeground' : 'list.warningForeground');
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
