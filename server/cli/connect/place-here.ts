import { existsSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Place } from '../../connect/tool.ts';
import { RouterError } from '../../core/router-error.ts';

/** This machine, and the project that was named. Throws `RouterError` if that is no folder. */
export function placeHere(project: string | undefined): Place {
  const { platform, env } = process;
  return {
    platform,
    home: homedir(),
    env,
    project: project === undefined ? null : projectFolder(project),
    exists: existsSync,
  };
}

/** One folder has one connection, by whatever name it is reached. */
function projectFolder(project: string): string {
  const folder = path.resolve(project);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new RouterError(
      'not_found',
      `There is no folder ${folder}. --project takes the folder of a project.`,
    );
  }
  return realpathSync(folder);
}
