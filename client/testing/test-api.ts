import type { LogOutputChannel } from 'vscode';
import type { DaemonConnection } from '../daemon/connection.ts';
import type { KeyList } from '../keys/key-list.ts';
import type { KeysView } from '../views/keys/keys-view.ts';

/** What `activate` returns in an extension test host, and only there. */
export interface ExtensionTestApi {
  readonly connection: DaemonConnection;
  readonly list: KeyList;
  readonly view: KeysView;
  readonly log: LogOutputChannel;
  /** Where VS Code writes the output channel's file. */
  readonly logFolder: string;
}
