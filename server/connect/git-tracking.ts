import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * What git does with a file: `tracked`, `ignored`, or `untracked` if the next `git add .` would take it along; `none`
 * outside of repositories, and where git is not installed.
 */
export type Tracking = 'tracked' | 'ignored' | 'untracked' | 'none';

/** Asks git. A repository may be anybody's, so none of its hooks is run. */
export function trackingOf(file: string): Tracking {
  let folder = path.dirname(file);
  while (!existsSync(folder)) folder = path.dirname(folder);
  if (git(folder, 'rev-parse', '--is-inside-work-tree') !== 0) return 'none';
  if (git(folder, 'ls-files', '--error-unmatch', '--', file) === 0) return 'tracked';
  return git(folder, 'check-ignore', '--quiet', '--', file) === 0 ? 'ignored' : 'untracked';
}

function git(folder: string, ...args: readonly string[]): number | null {
  const options = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '-C', folder];
  const env = { ...process.env, GIT_OPTIONAL_LOCKS: '0' };
  return spawnSync('git', [...options, ...args], { env, stdio: 'ignore' }).status;
}
