import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { endpointFile, parseEndpoint, type EndpointRecord } from '../../shared/endpoint.ts';
import { freePort } from './free-port.ts';

const BUNDLE = path.join(import.meta.dirname, '..', '..', 'dist', 'daemon.cjs');
const START_MS = 15_000;
const STOP_MS = 10_000;

/** The real daemon, bundled, in a process of its own, and its management API. */
export class DaemonProcess {
  readonly endpoint: EndpointRecord;
  readonly #child: ChildProcess;
  readonly #log: () => string;

  private constructor(child: ChildProcess, endpoint: EndpointRecord, log: () => string) {
    this.#child = child;
    this.endpoint = endpoint;
    this.#log = log;
  }

  /** Starts it on a folder, at the port kept there or a free one, and waits until it says where it listens. */
  static async start(
    home: string,
    bundle = BUNDLE,
    env: Readonly<Record<string, string>> = {},
  ): Promise<DaemonProcess> {
    if (!existsSync(bundle)) throw new Error(`${bundle} is missing: build the project first`);
    const port = existsSync(path.join(home, 'daemon', 'port')) ? [] : ['--port', String(await freePort())];
    const child = spawn(process.execPath, [bundle, '--home', home, ...port], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, APIKEYROUTER_HOME: home, ...env },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    const log = (): string => output;
    const endpoint = await waitForEndpoint(child, endpointFile(home), log);
    return new DaemonProcess(child, endpoint, log);
  }

  /** `http://127.0.0.1:PORT`, the proxy's and the management API's. */
  get url(): string {
    return `http://127.0.0.1:${this.endpoint.port}`;
  }

  /** Resolves with its exit code when it has ended by itself. */
  async ended(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
    return this.#child.exitCode;
  }

  /** What it printed. */
  get output(): string {
    return this.#log();
  }

  /** Calls the management API; throws with the answer's text unless it succeeded. */
  async api<T>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    route: string,
    body?: object,
  ): Promise<T> {
    const response = await fetch(`${this.url}/api/v1${route}`, {
      method,
      headers: { 'X-API-Key': this.endpoint.managementToken, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  /** Asks it to end, and ends it if it doesn't. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const late = new AbortController();
    void setTimeout(STOP_MS, undefined, { signal: late.signal }).then(
      () => this.#child.kill('SIGKILL'),
      () => {},
    );
    await ended;
    late.abort();
  }

  /** Ends it as a crash does, without a chance to clean up. */
  async kill(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

async function waitForEndpoint(
  child: ChildProcess,
  file: string,
  log: () => string,
): Promise<EndpointRecord> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) break;
    const text = await readFile(file, 'utf8').catch(() => '');
    const endpoint = parseEndpoint(text);
    // The file of a daemon before it, in the same folder, is not its own.
    if (endpoint && endpoint.pid === child.pid) return endpoint;
    await setTimeout(20);
  }
  child.kill('SIGKILL');
  throw new Error(`The daemon did not start (exit code ${child.exitCode}):\n${log()}`);
}
