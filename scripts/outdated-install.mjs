import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Why the dependencies have to be installed, as a sentence; `null` if they are what the lock file asks for. npm
 * writes its own record last, so that an interrupted install has none. Contents are compared, not times: a
 * checkout touches files without changing them.
 * @param {string} root
 * @param {import('./project-node.mjs').Lock} lock
 * @returns {string | null}
 */
export function outdatedInstall(root, lock) {
  const installed = readRecord(path.join(root, 'node_modules', '.package-lock.json'));
  if (!installed) {
    return existsSync(path.join(root, 'node_modules'))
      ? 'The last install was not finished.'
      : 'The dependencies are not installed yet.';
  }
  for (const [folder, wanted] of Object.entries(lock.packages)) {
    if (folder === '') continue;
    const has = installed.packages[folder];
    // Other platforms' packages are optional and rightly absent.
    if (!has && (wanted.optional || wanted.devOptional)) continue;
    if (!has || has.version !== wanted.version || has.integrity !== wanted.integrity) {
      return 'The dependencies have changed since the last install.';
    }
    if (!existsSync(path.join(root, folder, 'package.json'))) return `${folder} is missing.`;
  }
  return null;
}

/**
 * @param {string} file
 * @returns {import('./project-node.mjs').Lock | null}
 */
function readRecord(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}
