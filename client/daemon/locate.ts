import { readFile } from 'node:fs/promises';
import { type Socket, connect } from 'node:net';
import { type EndpointRecord, endpointFile, parseEndpoint } from '../../shared/endpoint.ts';

/** A running daemon and an open connection to it. */
export interface LocatedDaemon {
  readonly endpoint: EndpointRecord;
  readonly socket: Socket;
}

const CONNECT_LIMIT_MS = 1000;

/**
 * Finds the daemon of a data folder through its endpoint file; `null` if none is running. A file that a killed daemon
 * left behind does not count. Its process must live, since a successor may listen on the same socket before it has
 * written a file of its own; and its socket must accept, since its process id may be another program's by now.
 */
export async function locateDaemon(folder: string): Promise<LocatedDaemon | null> {
  let text: string;
  try {
    text = await readFile(endpointFile(folder), 'utf8');
  } catch {
    return null;
  }
  const endpoint = parseEndpoint(text);
  if (!endpoint || !isAlive(endpoint.pid)) return null;
  const socket = await openSocket(endpoint.socket);
  return socket && { endpoint, socket };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It lives, and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function openSocket(path: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const give = (result: Socket | null) => {
      clearTimeout(timer);
      socket.removeAllListeners();
      // A late error, when nobody listens yet or any more, must not end the extension host.
      socket.on('error', () => undefined);
      if (result === null) socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(give, CONNECT_LIMIT_MS, null);
    socket.once('connect', () => give(socket)).once('error', () => give(null));
  });
}
