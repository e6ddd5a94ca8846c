import { type Disposable, type DocumentSelector, languages, type TextDocument, workspace } from 'vscode';
import type { DaemonConnection } from '../daemon/connection.ts';

/** Policy files: the daemon says what is wrong with them. */
export const POLICY_FILES = [
  { scheme: 'file', pattern: '**/.apikeyrouter/*.{yaml,yml,json}' },
] as const satisfies DocumentSelector;

/** Connects as soon as a policy file is open: what is wrong with it, nobody else knows. */
export function watchPolicyFiles(connection: DaemonConnection): Disposable {
  const look = (document: TextDocument): void => {
    if (languages.match(POLICY_FILES, document) > 0) connection.open();
  };
  workspace.textDocuments.forEach(look);
  return workspace.onDidOpenTextDocument(look);
}
