import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { DEFAULT_PORT } from '../../shared/endpoint.ts';
import { makePrivateFolder, writePrivateFile } from '../adapters/files/private-file.ts';
import { RouterError } from '../core/router-error.ts';
import { portOwner } from './port-owner.ts';

/**
 * The port of this data folder: the one asked for, else the one kept from the first run, else 8484 or, if that is
 * taken, a free one. Tools store it, so a kept port is never silently replaced: throws `RouterError('conflict')`
 * with the name of the program that took it.
 */
export async function choosePort(folder: string, asked: number | null): Promise<number> {
  const kept = keptPort(folder);
  const wanted = asked ?? kept;
  if (wanted === null) return (await isFree(DEFAULT_PORT)) ? DEFAULT_PORT : 0;
  if (wanted === 0 || (await isFree(wanted))) return wanted;
  const owner = await portOwner(wanted);
  throw new RouterError(
    'conflict',
    `Port ${wanted} is taken by ${owner ?? 'another program'}. End that program, or choose another port with --port (tools that were connected must then be connected again).`,
  );
}

/** Remembers the port for the next start. */
export function keepPort(folder: string, port: number): void {
  if (keptPort(folder) === port) return;
  makePrivateFolder(path.join(folder, 'daemon'));
  writePrivateFile(portFile(folder), `${port}\n`);
}

/** The port that tools were told; `null` before the first start. */
export function keptPort(folder: string): number | null {
  try {
    const port = Number(readFileSync(portFile(folder), 'utf8').trim());
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}

function portFile(folder: string): string {
  return path.join(folder, 'daemon', 'port');
}

/** Tried without sharing: the proxy's own socket allows a successor to listen beside it. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ host: '127.0.0.1', port }, () => probe.close(() => resolve(true)));
  });
}
