import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type EndpointRecord, endpointFile, parseEndpoint } from '../../shared/endpoint.ts';

const CLI = path.join(import.meta.dirname, '..', '..', 'dist', 'cli.cjs');
const START_MS = 15_000;

/** What the management API says when it refuses. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** The real daemon as `apikeyrouter serve` runs it, on a data folder of its own. */
export class Daemon {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #endpoint: EndpointRecord;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(child: ChildProcess, endpoint: EndpointRecord, env: NodeJS.ProcessEnv) {
    this.url = `http://127.0.0.1:${endpoint.port}`;
    this.#child = child;
    this.#endpoint = endpoint;
    this.#env = env;
  }

  /**
   * `port`: `null` for the usual one, or a free one where that is taken. `started` gets the process at once: it
   * is to be stopped even if the daemon never serves.
   */
  static async start(
    home: string,
    port: number | null,
    started: (child: ChildProcess) => void,
  ): Promise<Daemon> {
    if (!existsSync(CLI)) throw new Error('The project is not built: run "npm run build" first.');
    // A throw-away folder must leave nothing in the keychain.
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      APIKEYROUTER_HOME: home,
      APIKEYROUTER_KEYCHAIN: 'off',
    };
    delete env['APIKEYROUTER_MASTER_KEY'];
    const chosen = port === null ? [] : ['--port', String(port)];
    const child = spawn(process.execPath, [CLI, 'serve', '--no-import', ...chosen], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    started(child);
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const deadline = Date.now() + START_MS;
    while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
      const endpoint = parseEndpoint(await readFile(endpointFile(home), 'utf8').catch(() => ''));
      if (endpoint) return new Daemon(child, endpoint, env);
      await delay(20);
    }
    throw new Error(`The daemon did not start. ${said.trim()}`);
  }

  /** Calls the management API, as the command line and the extension do. Throws `RefusedError`. */
  async api<T>(method: 'GET' | 'POST', route: string, body?: object): Promise<T> {
    const response = await fetch(`${this.url}/api/v1/${route}`, {
      method,
      headers: { 'x-api-key': this.#endpoint.managementToken, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const answer = (await response.json()) as T & { readonly error?: { readonly message: string } };
    if (!response.ok) throw new RefusedError(answer.error?.message ?? `HTTP ${response.status}`);
    return answer;
  }

  /** What the `apikeyrouter` command prints. */
  async cli(...args: readonly string[]): Promise<string> {
    const child = spawn(process.execPath, [CLI, ...args], {
      env: this.#env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
    await once(child, 'close');
    return text.trimEnd();
  }

  /** Rejects when the process ends. */
  async ended(): Promise<never> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
    throw new Error('The daemon ended.');
  }
}
