import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { TempFolder } from '../support/temp-folder.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const TIMEOUT_MS = 60_000;

/**
 * Runs an example as a stranger does, in an empty home and current folder, with no variable but these. Returns what
 * it printed; throws if it failed or complained.
 */
export async function runExample(
  name: string,
  folder: TempFolder,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [path.join(ROOT, 'examples', `${name}.ts`)],
    {
      cwd: folder.path,
      env: { PATH: process.env['PATH'], HOME: folder.path, TMPDIR: folder.path, ...env },
      timeout: TIMEOUT_MS,
    },
  );
  if (stderr !== '') throw new Error(`${name} complained: ${stderr}`);
  return stdout;
}
