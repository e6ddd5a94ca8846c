import { connect } from 'node:net';
import type { EndpointRecord } from '../../shared/endpoint.ts';
import { besideBundle } from '../daemon/beside-bundle.ts';
import { readEndpoint } from '../daemon/endpoint.ts';
import { isProcessAlive } from '../daemon/process-alive.ts';
import { isLocked } from '../daemon/single-instance.ts';

/**
 * The daemon that runs on a folder; `null` if none does. A process id may belong to another program by now, so
 * where nobody listens the lock is asked too. Not for the daemon's own process, which would lose its lock.
 */
export async function findDaemon(folder: string): Promise<EndpointRecord | null> {
  const record = readEndpoint(folder);
  if (!record || !isProcessAlive(record.pid)) return null;
  return (await accepts(record.port)) || isHeld(folder) ? record : null;
}

/** Whether a daemon still holds a folder: it lets go when its last answers have ended and all is stored. */
export function isHeld(folder: string): boolean {
  return isLocked(folder, besideBundle(__dirname));
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const end = (accepted: boolean): void => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}
