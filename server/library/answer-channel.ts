import { concatBytes } from '../../shared/model/bytes.ts';
import type { Dispose } from '../core/ports/clock.ts';
import type { CallerChannel } from '../core/router/caller-channel.ts';

/** Takes an answer inside the process, where HTTP would write it to a socket. */
export class AnswerChannel implements CallerChannel {
  readonly #goneListeners = new Set<() => void>();
  readonly #drainListeners = new Set<() => void>();
  readonly #onChunk: ((chunk: Uint8Array) => boolean) | null;
  readonly #chunks: Uint8Array[] = [];
  #gone = false;
  status = 0;
  headers: Readonly<Record<string, string | readonly string[]>> = {};
  /** The answer can't be taken for complete. */
  broken = false;

  /** `onChunk` is given the bytes of a good answer and returns whether more may come at once; without it they are kept. */
  constructor(onChunk: ((chunk: Uint8Array) => boolean) | null) {
    this.#onChunk = onChunk;
  }

  /** What was kept, as text. */
  get text(): string {
    return new TextDecoder().decode(concatBytes(this.#chunks));
  }

  writeHead(status: number, headers: Readonly<Record<string, string | readonly string[]>>): void {
    this.status = status;
    this.headers = headers;
  }

  write(chunk: Uint8Array): boolean {
    if (this.#onChunk && this.status < 300) return this.#onChunk(chunk);
    this.#chunks.push(chunk);
    return true;
  }

  end(): void {
    this.#goneListeners.clear();
  }

  cut(): void {
    this.broken = true;
  }

  onDrain(listener: () => void): Dispose {
    this.#drainListeners.add(listener);
    return () => this.#drainListeners.delete(listener);
  }

  onGone(listener: () => void): Dispose {
    if (this.#gone) listener();
    else this.#goneListeners.add(listener);
    return () => this.#goneListeners.delete(listener);
  }

  /** The reader has caught up. */
  drained(): void {
    for (const listener of this.#drainListeners) listener();
  }

  /** The program does not want the answer any more. */
  leave(): void {
    this.#gone = true;
    for (const listener of this.#goneListeners) listener();
    this.#goneListeners.clear();
  }
}
