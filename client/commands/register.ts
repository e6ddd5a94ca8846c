import type { Disposable } from 'vscode';
import { registerAddKey } from './add-key/add-key.ts';
import { registerCheckKey } from './check-key.ts';
import type { CommandContext } from './command-context.ts';
import { registerCopyAddress } from './copy-address.ts';
import { registerImportKeys } from './import-keys/import-keys.ts';
import { registerRefresh } from './refresh.ts';
import { registerRemoveKey } from './remove-key.ts';
import { registerSetEnabled } from './set-enabled.ts';
import { registerShowLog } from './show-log.ts';
import { registerStartDaemon } from './start-daemon.ts';

/** One entry a command; package.json declares the same ones. */
const REGISTRATIONS: readonly ((context: CommandContext) => Disposable)[] = [
  registerAddKey,
  registerImportKeys,
  registerRemoveKey,
  registerSetEnabled,
  registerCheckKey,
  registerCopyAddress,
  registerRefresh,
  registerShowLog,
  registerStartDaemon,
];

/** Registers every command of the extension. */
export function registerCommands(context: CommandContext): readonly Disposable[] {
  return REGISTRATIONS.map((register) => register(context));
}
