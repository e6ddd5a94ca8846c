import { spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { daemonEnvironment, type NetworkSettings } from './environment.ts';
import { installRuntime } from './runtime.ts';

/** What is needed to start a daemon. */
export interface LaunchOptions {
  /** Where the extension keeps `daemon.cjs` and its addons. */
  readonly bundleFolder: string;
  readonly dataFolder: string;
  readonly version: string;
  /** The proxy's port; `null` leaves the choice to the daemon. */
  readonly port: number | null;
  readonly network: NetworkSettings;
}

/** A daemon that was started and may still be on its way up. */
export interface LaunchedDaemon {
  readonly pid: number;
  /** Whether its process has ended. Also true for one that found another daemon in charge and stepped back. */
  hasEnded(): boolean;
  /** What the log has received since the start. */
  readLog(): Promise<string>;
}

/** The daemon's log. What the process prints goes there too: that is where a failed start says why. */
function daemonLogFile(dataFolder: string): string {
  return path.join(dataFolder, 'logs', 'daemon.log');
}

/**
 * Starts a daemon on VS Code's own runtime, detached: it outlives this window. Rejects if it can't be started at all;
 * whether it came up is for `locateDaemon` to say.
 */
export async function launchDaemon(options: LaunchOptions): Promise<LaunchedDaemon> {
  const { dataFolder, port } = options;
  const logFile = daemonLogFile(dataFolder);
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  await mkdir(path.dirname(logFile), { recursive: true, mode: 0o700 });
  const script = await installRuntime(options);
  const args = [script, '--home', dataFolder, ...(port === null ? [] : ['--port', String(port)])];
  const log = await open(logFile, 'a', 0o600);
  const logStart = (await log.stat()).size;
  try {
    const child = spawn(process.execPath, args, {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      // Not the workspace: the daemon must not keep a folder from being deleted.
      cwd: path.parse(dataFolder).root,
      env: daemonEnvironment(process.env, options.network),
      windowsHide: true,
    });
    let ended = false;
    child.once('exit', () => {
      ended = true;
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve).once('error', reject);
    });
    child.unref();
    return { pid: child.pid ?? 0, hasEnded: () => ended, readLog: () => readFrom(logFile, logStart) };
  } finally {
    await log.close();
  }
}

async function readFrom(file: string, start: number): Promise<string> {
  try {
    return (await readFile(file)).subarray(start).toString();
  } catch {
    return '';
  }
}
