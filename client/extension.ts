import { type ExtensionContext, ExtensionMode, window } from 'vscode';
import { registerCommands } from './commands/register.ts';
import { registerDaemonConnection } from './daemon/register.ts';
import { KeyList } from './keys/key-list.ts';
import { registerStatusBar } from './status/status-bar.ts';
import { watchPolicyFiles } from './policies/policy-files.ts';
import type { ExtensionTestApi } from './testing/test-api.ts';
import { KeysView } from './views/keys/keys-view.ts';

/**
 * Wires the extension. Nothing is started here: the daemon waits until the view is looked at, a command is used, or a policy
 * file is opened.
 */
export function activate(context: ExtensionContext): ExtensionTestApi | undefined {
  const log = window.createOutputChannel('API Key Router', { log: true });
  context.subscriptions.push(log);
  const connection = registerDaemonConnection(context, log);
  const list = new KeyList(connection, log);
  const view = new KeysView(connection, list);
  context.subscriptions.push(list, view, registerStatusBar(connection, list), watchPolicyFiles(connection));
  context.subscriptions.push(...registerCommands({ extension: context, connection, list, view, log }));
  return context.extensionMode === ExtensionMode.Test
    ? { connection, list, view, log, logFolder: context.logUri.fsPath }
    : undefined;
}
