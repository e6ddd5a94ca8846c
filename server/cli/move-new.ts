import { chmodSync, constants, copyFileSync, existsSync, linkSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { RouterError } from '../core/router-error.ts';

/** Where a file of some name will be put: in a folder, or where it was said. Throws `RouterError` if that is taken. */
export function placeFor(wanted: string): (name: string) => string {
  if (statSync(wanted, { throwIfNoEntry: false })?.isDirectory() === true) {
    return (name) => free(path.resolve(wanted, name));
  }
  const place = free(path.resolve(wanted));
  return () => place;
}

function free(place: string): string {
  if (existsSync(place)) throw taken(place);
  if (existsSync(path.dirname(place))) return place;
  throw new RouterError('not_found', `There is no folder ${path.dirname(place)}.`);
}

/** Moves a private file to where nothing is yet, on another disk too. Throws `RouterError('conflict')` if something is. */
export function moveNew(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw taken(to);
    copyNew(from, to);
  }
  rmSync(from);
}

function copyNew(from: string, to: string): void {
  try {
    copyFileSync(from, to, constants.COPYFILE_EXCL);
    chmodSync(to, 0o600);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw taken(to);
    throw new RouterError('internal', `${to} could not be written (${message}). It was left as ${from}.`);
  }
}

function taken(place: string): RouterError {
  return new RouterError(
    'conflict',
    `There is already ${place}. Nothing was overwritten; choose another name.`,
  );
}
