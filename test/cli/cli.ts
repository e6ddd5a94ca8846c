import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type EndpointRecord, endpointFile, parseEndpoint } from '../../shared/endpoint.ts';
import { freePort } from '../support/free-port.ts';
import { createTempFolder, type TempFolder } from '../support/temp-folder.ts';

const BUNDLE = path.join(import.meta.dirname, '..', '..', 'dist', 'cli.cjs');
const STOP_MS = 5_000;

/** How a command ended. */
export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A command that goes on. */
export interface Running {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Resolves once what it printed matches. */
  readonly printed: (pattern: RegExp) => Promise<void>;
}

/** The bundled command line with a home, a data folder, a port and a current folder of its own, and nothing in its environment. */
export class Cli {
  readonly folder: TempFolder;
  /** Where a daemon listens unless told otherwise: as if kept from an earlier run. */
  readonly port: number;
  readonly #background: ChildProcess[] = [];
  #printed = '';

  private constructor(folder: TempFolder, port: number) {
    this.folder = folder;
    this.port = port;
  }

  static async create(): Promise<Cli> {
    const cli = new Cli(await createTempFolder(), await freePort());
    await mkdir(path.join(cli.data, 'daemon'), { recursive: true, mode: 0o700 });
    await writeFile(path.join(cli.data, 'daemon', 'port'), `${cli.port}\n`, { mode: 0o600 });
    return cli;
  }

  /** The data folder. */
  get data(): string {
    return this.folder.file('data');
  }

  /** Everything that was printed so far, on both streams of all commands. */
  get printed(): string {
    return this.#printed;
  }

  /** Where the daemon is reached, as it published that itself. */
  async endpoint(): Promise<EndpointRecord | null> {
    return parseEndpoint(await readFile(endpointFile(this.data), 'utf8').catch(() => ''));
  }

  /** Runs a command to its end. */
  async run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    const child = this.#spawn(args, options.env);
    let out = '';
    let err = '';
    child.stdout?.on('data', (text: string) => (out += text));
    child.stderr?.on('data', (text: string) => (err += text));
    // A command that needs no input may have ended before it is written.
    child.stdin?.on('error', () => undefined).end(options.stdin ?? '');
    await once(child, 'close');
    return { code: child.exitCode, out, err };
  }

  /** Runs a command that must succeed and answer in JSON. */
  async json<T>(args: readonly string[], options: RunOptions = {}): Promise<T> {
    const { code, out, err } = await this.run(['--json', ...args], options);
    if (code !== 0) throw new Error(`apikeyrouter ${args.join(' ')} ended with ${code}: ${err || out}`);
    return JSON.parse(out) as T;
  }

  /** Starts a command that goes on; resolves once what it printed matches. */
  async start(args: readonly string[], until: RegExp, env: RunOptions['env'] = {}): Promise<Running> {
    const child = this.#spawn(args, env);
    this.#background.push(child);
    let output = '';
    let changed = Promise.withResolvers<void>();
    const wake = (): void => {
      changed.resolve();
      changed = Promise.withResolvers<void>();
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text: string) => {
        output += text;
        wake();
      });
    }
    child.once('close', wake);
    const printed = async (pattern: RegExp): Promise<void> => {
      while (!pattern.test(output)) {
        if (hasEnded(child)) throw new Error(`It ended with ${child.exitCode}: ${output}`);
        await changed.promise;
      }
    };
    await printed(until);
    return { child, output: () => output, printed };
  }

  /** Ends the daemon and everything that was started, and deletes the folder. */
  async dispose(): Promise<void> {
    const endpoint = await this.endpoint();
    if (endpoint && endpoint.pid !== process.pid) await endProcess(endpoint.pid);
    for (const child of this.#background) {
      if (hasEnded(child)) continue;
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    }
    await this.folder.remove();
  }

  #spawn(args: readonly string[], env: RunOptions['env'] = {}): ChildProcess {
    const child = spawn(process.execPath, [BUNDLE, ...args], {
      cwd: this.folder.path,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: this.folder.path,
        APIKEYROUTER_HOME: this.data,
        APIKEYROUTER_KEYCHAIN: 'off',
        NO_COLOR: '1',
        ...env,
      },
      stdio: 'pipe',
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.#printed += text));
    }
    return child;
  }
}

/** Whether a process runs. One that has ended keeps its id until its parent looks. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function endProcess(pid: number): Promise<void> {
  const deadline = Date.now() + STOP_MS;
  if (isAlive(pid)) process.kill(pid, 'SIGTERM');
  while (isAlive(pid)) {
    if (Date.now() > deadline) process.kill(pid, 'SIGKILL');
    await setTimeout(10);
  }
}
