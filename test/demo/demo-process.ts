import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { endpointFile, parseEndpoint } from '../../shared/endpoint.ts';
import { freePort } from '../support/free-port.ts';
import type { TempFolder } from '../support/temp-folder.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const WAIT_MS = 30_000;

/** `npm run demo` in a home without anything, with its throw-away folder where a test can see it. */
export class DemoProcess {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #temp: string;
  #output = '';

  private constructor(child: ChildProcess, port: number, temp: string) {
    this.#child = child;
    this.port = port;
    this.#temp = temp;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    }
  }

  static async start(temp: TempFolder, ...args: readonly string[]): Promise<DemoProcess> {
    const port = await freePort();
    const child = spawn(process.execPath, ['examples/demo/main.ts', '--port', String(port), ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], HOME: temp.path, TMPDIR: temp.path },
    });
    return new DemoProcess(child, port, temp.path);
  }

  /** What it printed so far. */
  get output(): string {
    return this.#output;
  }

  /** Waits until it has printed something like that. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    const deadline = Date.now() + WAIT_MS;
    while (Date.now() < deadline) {
      const found = pattern.exec(this.#output);
      if (found) return found;
      if (this.#child.exitCode !== null) break;
      await delay(20);
    }
    throw new Error(`The demo did not print ${pattern}:\n${this.#output}`);
  }

  /** The process of its daemon. */
  async daemonPid(): Promise<number> {
    const [home = ''] = await this.leftFolders();
    const endpoint = parseEndpoint(await readFile(endpointFile(path.join(this.#temp, home)), 'utf8'));
    if (!endpoint) throw new Error('The daemon left no endpoint file.');
    return endpoint.pid;
  }

  async leftFolders(): Promise<readonly string[]> {
    return (await readdir(this.#temp)).filter((name) => name.startsWith('apikeyrouter-demo-'));
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Its exit code, once it has ended. */
  async ended(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'close');
    return this.#child.exitCode;
  }
}
