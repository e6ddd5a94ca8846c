import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RouterError } from '../core/router-error.ts';
import { makePrivateFolder } from '../adapters/files/private-file.ts';

/** The facts of the host that a socket's place depends on. */
export interface SocketHost {
  readonly platform: string;
  /** The user's number; -1 where there is none. */
  readonly uid: number;
  readonly tempFolder: string;
}

/** macOS takes 104 bytes with the closing zero, Linux 108: unix(4), unix(7). */
const LONGEST_PATH = 100;

/** The host that this process runs on. */
export function thisHost(): SocketHost {
  return { platform: process.platform, uid: process.getuid?.() ?? -1, tempFolder: tmpdir() };
}

/** Where the daemon of a data folder listens for editors: a socket, or on Windows a named pipe. */
export function socketPath(folder: string, host: SocketHost): string {
  const hash = createHash('sha256').update(path.resolve(folder)).digest('hex').slice(0, 16);
  if (host.platform === 'win32') return `\\\\.\\pipe\\apikeyrouter-${hash}`;
  const inFolder = path.join(folder, 'run', 'daemon.sock');
  if (Buffer.byteLength(inFolder) <= LONGEST_PATH) return inFolder;
  return path.join(host.tempFolder, `apikeyrouter-${host.uid}-${hash}`, 'daemon.sock');
}

/**
 * Makes the folder of a socket, 0700. Throws `RouterError('internal')` if somebody else made it before: in a
 * shared temporary folder that may be another user who wants to listen in our place.
 */
export function prepareSocketFolder(socket: string, host: SocketHost): void {
  if (host.platform === 'win32') return;
  const folder = path.dirname(socket);
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found && (!found.isDirectory() || found.uid !== host.uid)) {
    throw new RouterError('internal', `${folder} belongs to somebody else. Remove it and start again.`);
  }
  makePrivateFolder(folder);
}
