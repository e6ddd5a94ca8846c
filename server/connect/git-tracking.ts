import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * What git does with a file: `tracked`, `ignored`, or `untracked` if the next `git add .` would take it along, or if git is
 * not there to ask; `none` outside of repositories.
 */
export type Tracking = 'tracked' | 'ignored' | 'untracked' | 'none';

/** Asks git. A repository may be anybody's, so none of its hooks is run. */
export function trackingOf(file: string): Tracking {
  let folder = path.dirname(file);
  while (!existsSync(folder)) folder = path.dirname(folder);
  const inside = git(folder, 'rev-parse', '--is-inside-work-tree');
  if (inside === null) return hasRepository(folder) ? 'untracked' : 'none';
  if (inside !== 0) return 'none';
  if (git(folder, 'ls-files', '--error-unmatch', '--', file) === 0) return 'tracked';
  return git(folder, 'check-ignore', '--quiet', '--', file) === 0 ? 'ignored' : 'untracked';
}

function git(folder: string, ...args: readonly string[]): number | null {
  // One of another user, as in containers, is asked all the same: nothing of it is run.
  const settings = ['core.fsmonitor=false', 'core.hooksPath=/dev/null', 'safe.directory=*'];
  const options = [...settings.flatMap((setting) => ['-c', setting]), '-C', folder];
  const env = { ...process.env, GIT_OPTIONAL_LOCKS: '0' };
  return spawnSync('git', [...options, ...args], { env, stdio: 'ignore' }).status;
}

function hasRepository(folder: string): boolean {
  if (existsSync(path.join(folder, '.git'))) return true;
  const parent = path.dirname(folder);
  return parent !== folder && hasRepository(parent);
}
