import type { ExtensionContext, LogOutputChannel } from 'vscode';
import type { DaemonConnection } from '../daemon/connection.ts';
import type { KeyList } from '../keys/key-list.ts';
import type { KeysView } from '../views/keys/keys-view.ts';

/** What commands work with. */
export interface CommandContext {
  readonly extension: ExtensionContext;
  readonly connection: DaemonConnection;
  readonly list: KeyList;
  readonly view: KeysView;
  readonly log: LogOutputChannel;
}
