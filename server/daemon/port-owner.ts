import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';

/** Which program listens on a TCP port of this machine, e.g. `node (process 4711)`; `null` if that can't be told. */
export async function portOwner(port: number): Promise<string | null> {
  if (process.platform === 'linux') return linuxOwner(port);
  if (process.platform === 'win32') return null;
  return lsofOwner(port);
}

const LISTEN = '0A';

function linuxOwner(port: number): string | null {
  const inode = listeningInode(port);
  if (inode === null) return null;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (openSockets(pid).has(`socket:[${inode}]`)) return `${programName(pid)} (process ${pid})`;
  }
  return null;
}

/** `/proc/net/tcp`: address and port in hex in the second column, state in the fourth, inode in the tenth. */
function listeningInode(port: number): string | null {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readText(table).split('\n').slice(1)) {
      const columns = line.trim().split(/\s+/);
      if (columns[1]?.endsWith(suffix) && columns[3] === LISTEN) return columns[9] ?? null;
    }
  }
  return null;
}

function openSockets(pid: string): ReadonlySet<string> {
  const found = new Set<string>();
  try {
    for (const name of readdirSync(`/proc/${pid}/fd`)) found.add(readlinkSync(`/proc/${pid}/fd/${name}`));
  } catch {
    // Another user's process, or one that has just ended: what was seen so far stands.
    return found;
  }
  return found;
}

/** The name of the program's file: a main thread may have been given a name of its own, as Node's is. */
function programName(pid: string): string {
  const [program = ''] = readText(`/proc/${pid}/cmdline`).split('\0');
  return path.basename(program) || readText(`/proc/${pid}/comm`).trim() || 'a program';
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function lsofOwner(port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const args = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fcp'];
    execFile('lsof', args, { timeout: 2_000 }, (error, output) => {
      const pid = /^p(\d+)$/m.exec(output)?.[1];
      const name = /^c(.+)$/m.exec(output)?.[1];
      resolve(!error && pid ? `${name ?? 'a program'} (process ${pid})` : null);
    });
  });
}
