import { commands } from 'vscode';

/**
 * The context keys that `when` clauses in package.json may use. There are no others.
 *
 * - `apikeyrouter.connection`: `connecting`, `connected` or `down`; unset before the daemon was first wanted.
 * - `apikeyrouter.hasKeys`: whether the daemon holds at least one provider key.
 */
interface ContextKeys {
  readonly 'apikeyrouter.connection': 'connecting' | 'connected' | 'down' | undefined;
  readonly 'apikeyrouter.hasKeys': boolean;
}

/** Sets a context key. */
export function setContextKey<K extends keyof ContextKeys>(key: K, value: ContextKeys[K]): void {
  void commands.executeCommand('setContext', key, value);
}
