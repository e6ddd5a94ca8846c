import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';

/** Makes a folder, with its parents, that only its owner may enter (0700); tightens one that is too open. */
export function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  tighten(folder, 0o700);
}

/**
 * Makes sure that a file exists which only its owner may read (0600), before another library opens it with
 * permissions of its own.
 */
export function touchPrivateFile(file: string): void {
  closeSync(openSync(file, 'a', 0o600));
  tighten(file, 0o600);
}

/**
 * Replaces a file in one step: readers see the old text or the new one, never a part, and so does the next
 * start after a crash. The file is 0600 from its first byte. Throws the file system's error.
 */
export function writePrivateFile(file: string, text: string): void {
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const descriptor = openSync(draft, 'wx', 0o600);
    try {
      writeSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Windows has no modes: there the profile folder's access list keeps others out. */
function tighten(place: string, mode: number): void {
  if (process.platform === 'win32') return;
  if ((statSync(place).mode & 0o077) !== 0) chmodSync(place, mode);
}
