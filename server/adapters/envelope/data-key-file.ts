import { readFileSync } from 'node:fs';
import path from 'node:path';
import { RouterError } from '../../core/router-error.ts';
import { writePrivateFile } from '../files/private-file.ts';

/** Where a data key lies that no keychain keeps. */
export function dataKeyFile(folder: string): string {
  return path.join(folder, 'data-key');
}

/** The data key from its file; `null` if there is no file. Throws `RouterError` if it does not hold a key. */
export function readDataKeyFile(folder: string): Uint8Array | null {
  const file = dataKeyFile(folder);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new RouterError('internal', `Cannot read the data key in ${file}. Check its permissions.`, {
      cause: error,
    });
  }
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length === 32) return key;
  throw new RouterError('internal', `${file} does not hold a data key. Restore it from a backup.`);
}

/** Writes the data key (0600). */
export function writeDataKeyFile(folder: string, key: Uint8Array): void {
  writePrivateFile(dataKeyFile(folder), `${Buffer.from(key).toString('base64')}\n`);
}
