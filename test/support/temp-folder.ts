import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** An empty folder of its own for a test. */
export interface TempFolder {
  readonly path: string;
  /** A path inside it. */
  file(...names: readonly string[]): string;
  /** Deletes the folder with all it holds. */
  remove(): Promise<void>;
}

/** Creates a folder with a short path: Unix sockets within it must stay under 104 bytes. */
export async function createTempFolder(): Promise<TempFolder> {
  const folder = await mkdtemp(path.join(tmpdir(), 'akr-'));
  return {
    path: folder,
    file: (...names) => path.join(folder, ...names),
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}
