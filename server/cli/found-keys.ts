import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { type DiscoveredKey, discoverKeys } from '../../shared/key-discovery.ts';
import type { KeyView } from '../../shared/model/views.ts';

/** Provider keys in the environment and in the `.env` file of the current folder; the environment wins. */
export function foundKeys(): readonly DiscoveredKey[] {
  return discoverKeys({ ...dotenv(path.resolve('.env')), ...process.env });
}

/** Those that are not among the keys yet, as far as the last characters tell. */
export function newKeys(
  found: readonly DiscoveredKey[],
  known: readonly KeyView[],
): readonly DiscoveredKey[] {
  return found.filter(
    ({ providerId, secret }) =>
      !known.some((key) => key.providerId === providerId && secret.endsWith(key.hint)),
  );
}

function dotenv(file: string): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR') return {};
    throw error;
  }
}
