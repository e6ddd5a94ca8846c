import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createTempFolder, type TempFolder } from '../support/temp-folder.ts';

const BUNDLE = path.join(import.meta.dirname, '..', '..', 'dist', 'cli.cjs');

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

/** The bundled command line with a home, a data folder and a current folder of its own, and nothing in its environment. */
export class Cli {
  readonly folder: TempFolder;
  readonly #background: ChildProcess[] = [];

  private constructor(folder: TempFolder) {
    this.folder = folder;
  }

  static async create(): Promise<Cli> {
    return new Cli(await createTempFolder());
  }

  /** Runs a command to its end. */
  async run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    const child = this.#spawn(args, options.env);
    let out = '';
    let err = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.stdin?.end(options.stdin ?? '');
    await once(child, 'close');
    return { code: child.exitCode, out, err };
  }

  /** Runs a command that must succeed and answer in JSON. */
  async json<T>(args: readonly string[], options: RunOptions = {}): Promise<T> {
    const { code, out, err } = await this.run(['--json', ...args], options);
    if (code !== 0) throw new Error(`apikeyrouter ${args.join(' ')} ended with ${code}: ${err || out}`);
    return JSON.parse(out) as T;
  }

  /** Starts a command that goes on; resolves with what it printed once that matches. */
  async start(
    args: readonly string[],
    until: RegExp,
    env: RunOptions['env'] = {},
  ): Promise<{ readonly child: ChildProcess; readonly output: () => string }> {
    const child = this.#spawn(args, env);
    this.#background.push(child);
    let output = '';
    const matched = Promise.withResolvers<void>();
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (until.test(output)) matched.resolve();
      });
    }
    child.once('close', (code) => matched.reject(new Error(`It ended with ${code}: ${output}`)));
    await matched.promise;
    return { child, output: () => output };
  }

  /** Ends the daemon and everything that was started. */
  async dispose(): Promise<void> {
    await this.run(['stop']);
    for (const child of this.#background) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    }
    await this.folder.remove();
  }

  #spawn(args: readonly string[], env: RunOptions['env'] = {}): ChildProcess {
    return spawn(process.execPath, [BUNDLE, ...args], {
      cwd: this.folder.path,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: this.folder.path,
        APIKEYROUTER_HOME: this.folder.file('data'),
        APIKEYROUTER_KEYCHAIN: 'off',
        NO_COLOR: '1',
        ...env,
      },
      stdio: 'pipe',
    });
  }
}
