import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** The environment of a child that must run on this process's own Node, npm's scripts included. */
export function ownNodeFirst(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const folder = path.dirname(process.execPath);
  const PATH = `${folder}${path.delimiter}${env['PATH'] ?? ''}`;
  // Node's own headers, which its npm package brings along: node-gyp would download others.
  const headers = path.dirname(folder);
  if (!existsSync(path.join(headers, 'include', 'node', 'node_api.h'))) return { ...env, PATH };
  return { ...env, PATH, npm_config_nodedir: headers };
}

/** Runs a command to its end; rejects with the last lines that it printed unless it exits with 0. */
export async function runToEnd(command: string, args: readonly string[], folder: string): Promise<void> {
  const child = spawn(command, args, {
    cwd: folder,
    env: ownNodeFirst(),
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  const tail = keepTail(child);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}\n${tail()}`);
}

/** Collects the last few thousand characters that a child prints, for an error message. */
export function keepTail(child: ChildProcess): () => string {
  let text = '';
  const keep = (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-4000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return () => text;
}

/** Whether a process with this id exists. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Ends one process and, where it leads one, its group: politely first, for certain after `graceMs`. */
export async function endProcess(pid: number, graceMs = 3000): Promise<void> {
  signal(pid, 'SIGTERM');
  const deadline = Date.now() + graceMs;
  while (isRunning(pid) && Date.now() < deadline) await new Promise((done) => setTimeout(done, 50));
  signal(pid, 'SIGKILL');
}

/** Ends a process and its group now, without waiting. */
export function killProcess(pid: number): void {
  signal(pid, 'SIGKILL');
}

function signal(pid: number, name: NodeJS.Signals): void {
  for (const target of process.platform === 'win32' ? [pid] : [-pid, pid]) {
    try {
      process.kill(target, name);
    } catch {
      // Gone already, or not the leader of a group.
    }
  }
}
