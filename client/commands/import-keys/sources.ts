import { parseEnv } from 'node:util';
import { FileType, Uri, l10n, workspace } from 'vscode';
import { type DiscoveredKey, discoverKeys } from '../../../shared/key-discovery.ts';

/** A key that was found, and where: shown to people, so never with more than the secret's end. */
export interface FoundKey extends DiscoveredKey {
  readonly source: string;
}

/** `.env`, `.env.local`, `.env.production`; not the templates that are meant to be committed. */
const ENV_FILE = /^\.env(\.(?!example$|sample$|template$|dist$)[\w.-]+)?$/;

/**
 * Finds provider keys in the environment and, in a trusted workspace, in the `.env` files at its roots. A secret that
 * occurs in several places is reported once, for the first of them.
 */
export async function findKeys(): Promise<readonly FoundKey[]> {
  const found = discoverKeys(process.env).map((key) => ({ ...key, source: l10n.t('environment') }));
  if (workspace.isTrusted) {
    for (const folder of workspace.workspaceFolders ?? []) found.push(...(await findInFolder(folder.uri)));
  }
  const seen = new Set<string>();
  return found.filter((key) => !seen.has(key.secret) && seen.add(key.secret));
}

async function findInFolder(folder: Uri): Promise<readonly FoundKey[]> {
  const found: FoundKey[] = [];
  for (const [name, type] of await entries(folder)) {
    if ((type & FileType.File) === 0 || !ENV_FILE.test(name)) continue;
    const file = Uri.joinPath(folder, name);
    const source = workspace.asRelativePath(file);
    const text = new TextDecoder().decode(await workspace.fs.readFile(file));
    found.push(...discoverKeys(parseEnv(text)).map((key) => ({ ...key, source })));
  }
  return found;
}

async function entries(folder: Uri): Promise<readonly [string, FileType][]> {
  try {
    return (await workspace.fs.readDirectory(folder)).sort(([a], [b]) => a.localeCompare(b));
  } catch {
    // A root that is not there (any more) has no files.
    return [];
  }
}
