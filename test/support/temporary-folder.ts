import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A new folder for one test, and what removes it with everything in it. */
export interface TemporaryFolder {
  readonly folder: string;
  readonly remove: () => void;
}

/** Makes a folder that no other test uses. */
export function temporaryFolder(): TemporaryFolder {
  const folder = mkdtempSync(path.join(tmpdir(), 'akr-test-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
