import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { RouterError } from '../core/router-error.ts';

/** A link to a link to a link is followed this far. */
const MOST_LINKS = 40;

/** The file itself where a path may be a link, so that writing replaces the target and never the link. */
export function realFile(file: string): string {
  let target = path.resolve(file);
  for (let links = 0; links < MOST_LINKS; links++) {
    const next = linkTarget(target);
    if (next === null) break;
    target = path.resolve(path.dirname(target), next);
  }
  const folder = path.dirname(target);
  return existsSync(folder) ? path.join(realpathSync(folder), path.basename(target)) : target;
}

/** Its bytes; `null` if there is none. Throws `RouterError` with what to do if it can't be read. */
export function readConfigFile(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw unusable(file, error);
  }
}

/**
 * Replaces a file in one step, and keeps its mode and its owner; a new one can be read by its owner only. Makes the folders
 * that are missing and returns them, the outermost first. Throws `RouterError` and leaves the file as it was.
 */
export function writeConfigFile(file: string, bytes: Buffer): readonly string[] {
  const folder = path.dirname(file);
  const missing: string[] = [];
  for (let place = folder; !existsSync(place); place = path.dirname(place)) missing.unshift(place);
  const draft = path.join(folder, `.${path.basename(file)}.${randomBytes(4).toString('hex')}.tmp`);
  try {
    mkdirSync(folder, { recursive: true });
    const old = statSync(file, { throwIfNoEntry: false });
    const descriptor = openSync(draft, 'wx', 0o600);
    try {
      writeSync(descriptor, bytes);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    if (old) keepOwner(draft, old);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw unusable(file, error);
  }
  return missing;
}

/** Removes a file, and those of the folders that are empty without it. */
export function removeConfigFile(file: string, folders: readonly string[]): void {
  rmSync(file, { force: true });
  for (const folder of folders.toReversed()) {
    try {
      rmdirSync(folder);
    } catch {
      // Somebody put something else into it: it stays, and so do those around it.
      return;
    }
  }
}

/** Whether others of this machine may read a file. Windows has no modes. */
export function isOpenToOthers(file: string): boolean {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0;
  return process.platform !== 'win32' && (mode & 0o044) !== 0;
}

/** Bytes as text. Throws `RouterError` for what is no UTF-8: it would not be the same bytes again. */
export function textOf(file: string, bytes: Buffer | null): string {
  if (bytes === null) return '';
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new RouterError('invalid_request', `${file} is not UTF-8 text, so it was left alone.`, {
      cause: error,
    });
  }
}

export function hashOf(bytes: Buffer | null): string | null {
  return bytes === null ? null : createHash('sha256').update(bytes).digest('hex');
}

function linkTarget(file: string): string | null {
  try {
    return readlinkSync(file);
  } catch {
    return null;
  }
}

function keepOwner(draft: string, { mode, uid, gid }: Stats): void {
  chmodSync(draft, mode & 0o7777);
  if (process.platform === 'win32') return;
  const { uid: ownUid, gid: ownGid } = statSync(draft);
  if (uid !== ownUid || gid !== ownGid) chownSync(draft, uid, gid);
}

function unusable(file: string, error: unknown): RouterError {
  const { message } = error as Error;
  return new RouterError('invalid_request', `${file} can't be used (${message}). It was left as it was.`, {
    cause: error,
  });
}
