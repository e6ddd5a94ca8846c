import { createHash, randomUUID } from 'node:crypto';
import { chmod, copyFile, mkdir, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** Older copies kept for daemons that still run on them. */
const KEPT_COPIES = 3;

/**
 * Copies the daemon's bundle and native addons out of the extension's folder, which an update deletes (and Windows
 * locks), into `<data folder>/runtime/<version>-<hash>/`, and returns the bundle's path there. The folder appears
 * complete or not at all: windows that start together may all do this.
 */
export async function installRuntime(options: {
  readonly bundleFolder: string;
  readonly dataFolder: string;
  readonly version: string;
}): Promise<string> {
  const names = (await readdir(options.bundleFolder)).filter(isPartOfDaemon).sort();
  if (!names.includes('daemon.cjs')) throw new Error(`daemon.cjs is missing from ${options.bundleFolder}`);
  const hash = createHash('sha256');
  for (const name of names) {
    hash.update(`${name}\0`).update(await readFile(path.join(options.bundleFolder, name)));
  }
  const runtimes = path.join(options.dataFolder, 'runtime');
  const target = path.join(runtimes, `${options.version}-${hash.digest('hex').slice(0, 12)}`);
  if (!(await exists(path.join(target, 'daemon.cjs')))) {
    const half = path.join(runtimes, `.${randomUUID()}`);
    await mkdir(half, { recursive: true, mode: 0o700 });
    for (const name of names) await copyFile(path.join(options.bundleFolder, name), path.join(half, name));
    await moveIntoPlace(half, target);
    await dropOldCopies(runtimes, path.basename(target));
  }
  return path.join(target, 'daemon.cjs');
}

/** The daemon's bundle, and those that it loads beside it. */
const BUNDLES: readonly string[] = [
  'daemon.cjs',
  'checkpoint-worker.cjs',
  'report-worker.cjs',
  'policy-worker.cjs',
  'backup-worker.cjs',
];

function isPartOfDaemon(name: string): boolean {
  return BUNDLES.includes(name) || name.endsWith('.node');
}

async function moveIntoPlace(half: string, target: string): Promise<void> {
  await chmod(half, 0o700);
  try {
    await rename(half, target);
  } catch (error) {
    await rm(half, { recursive: true, force: true });
    // Another window was faster; what it put there has the same content, since the name is its hash.
    if (!(await exists(path.join(target, 'daemon.cjs')))) throw error;
  }
}

async function dropOldCopies(runtimes: string, current: string): Promise<void> {
  const others: { readonly folder: string; readonly age: number }[] = [];
  for (const name of await readdir(runtimes)) {
    const folder = path.join(runtimes, name);
    if (name !== current && !name.startsWith('.')) others.push({ folder, age: (await stat(folder)).mtimeMs });
  }
  others.sort((a, b) => b.age - a.age);
  for (const { folder } of others.slice(KEPT_COPIES - 1)) {
    // On Windows a running daemon holds its files: such a copy stays until the next time.
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
