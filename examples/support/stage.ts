import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const STOP_MS = 5_000;

/** Owns what a program leaves behind, and clears it away however that ends: done, interrupted or broken. */
export class Stage {
  readonly #children: ChildProcess[] = [];
  readonly #closers: (() => Promise<void>)[] = [];
  readonly #homes: string[] = [];
  readonly #interrupted = Promise.withResolvers<void>();
  #cleared = false;

  constructor() {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      // Again and again: npm passes on what the terminal has sent already.
      process.on(signal, () => this.#interrupted.resolve());
    }
    // Whoever read the output has left, e.g. `head`.
    process.stdout.on('error', () => this.#interrupted.resolve());
  }

  /** A throw-away data folder. */
  makeHome(): string {
    const home = mkdtempSync(path.join(tmpdir(), 'apikeyrouter-demo-'));
    this.#homes.push(home);
    return home;
  }

  owns(child: ChildProcess): void {
    this.#children.push(child);
    // Started while the stage was being cleared.
    if (this.#cleared) child.kill('SIGKILL');
  }

  closes(close: () => Promise<void>): void {
    this.#closers.push(close);
  }

  /** A part that may break ends the play when it does. */
  fails(part: Promise<never>): void {
    part.catch((error: unknown) => {
      if (!this.#cleared) this.#interrupted.reject(error);
    });
  }

  /** Resolves when the play is over or interrupted; rejects when it broke. */
  async play(program: Promise<void>): Promise<void> {
    await Promise.race([program, this.#interrupted.promise]);
  }

  async clear(): Promise<void> {
    this.#cleared = true;
    await Promise.all(this.#children.map((child) => stopProcess(child)));
    await Promise.all(this.#closers.map((close) => close()));
    for (const home of this.#homes) rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Kindly, then not. */
async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(late);
}
