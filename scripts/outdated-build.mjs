import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const BUNDLES = ['client.cjs', 'library.cjs', 'daemon.cjs', 'cli.cjs', 'run-daemon.cjs'];
/** Everything that ends up in a bundle; npm's record stands for the dependencies. */
const SOURCES = [
  'client',
  'server',
  'shared',
  'esbuild.js',
  'package.json',
  'node_modules/.package-lock.json',
];

/**
 * Why the bundles have to be built, as a sentence; `null` if they are newer than every source.
 * @param {string} root
 * @returns {string | null}
 */
export function outdatedBuild(root) {
  const built = BUNDLES.map((name) => modifiedAt(path.join(root, 'dist', name)));
  if (built.includes(0)) return 'The bundles in dist/ are not built yet.';
  const oldest = Math.min(...built);
  const stale = SOURCES.some((source) => newest(path.join(root, source)) > oldest);
  return stale ? 'The sources are newer than the bundles in dist/.' : null;
}

/**
 * The latest change of a file, or of anything within a folder. A folder's own time tells of removed files.
 * @param {string} place
 * @returns {number}
 */
function newest(place) {
  const stats = statSync(place, { throwIfNoEntry: false });
  if (!stats) return 0;
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(place).map((name) => newest(path.join(place, name))));
}

/** @param {string} file */
function modifiedAt(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
