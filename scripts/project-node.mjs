import { existsSync } from 'node:fs';
import path from 'node:path';

/** From here on Node runs TypeScript files without a flag. */
export const TYPESCRIPT_NODE = '22.18';

/**
 * What matters here of a lock file, of npm's record of an install too.
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean }} LockEntry
 * @typedef {{ packages: Record<string, LockEntry> }} Lock
 */

/**
 * The Node that npm installs with the project on this platform, `node_modules/.bin` being first on a script's PATH:
 * `null` where there is no such package (macOS), so that the user's own Node has to do.
 * @param {string} root
 * @param {Lock} lock
 * @returns {{ file: string | null } | null} `file` is `null` until it is installed
 */
export function bundledNode(root, lock) {
  const system = process.platform === 'win32' ? 'win' : process.platform;
  const folder = `node_modules/node-${system}-${process.arch}`;
  if (!lock.packages[folder]) return null;
  const file = path.join(root, folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  return { file: existsSync(file) ? file : null };
}

/**
 * Whether a Node runs the project's TypeScript: 22.18 and later, 23.6 and later.
 * @param {string} version
 */
export function runsTypeScript(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major === 22 ? minor >= 18 : major === 23 ? minor >= 6 : major > 23;
}
