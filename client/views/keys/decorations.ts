import { type Disposable, type FileDecoration, ThemeColor, Uri, window } from 'vscode';
import type { KeyView } from '../../../shared/model/views.ts';
import { needsAttention } from '../../keys/key-health.ts';

const SCHEME = 'apikeyrouter-key';

/** The address that carries a key's decoration: it changes with the state, so that VS Code asks again. */
export function decorationUri(key: KeyView): Uri {
  const tone = key.state === 'disabled' ? 'muted' : needsAttention(key) ? 'alarm' : 'plain';
  return Uri.from({ scheme: SCHEME, path: `/${key.id}`, query: tone });
}

/** Colours the names of disabled keys grey and of those that need a person red. */
export function registerKeyDecorations(): Disposable {
  return window.registerFileDecorationProvider({
    provideFileDecoration(uri: Uri): FileDecoration | undefined {
      if (uri.scheme !== SCHEME) return undefined;
      if (uri.query === 'muted') return { color: new ThemeColor('disabledForeground') };
      if (uri.query === 'alarm') return { color: new ThemeColor('list.errorForeground') };
      return undefined;
    },
  });
}
