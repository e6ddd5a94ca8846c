import type { Dispose } from '../ports/clock.ts';
import type { CallerChannel } from '../router/caller-channel.ts';
import type { KeptBytes } from './kept-bytes.ts';

/** Keeps the beginning of what passes to the caller, and holds none of it back. */
export class RecordingChannel implements CallerChannel {
  readonly #channel: CallerChannel;
  readonly #kept: KeptBytes;

  constructor(channel: CallerChannel, kept: KeptBytes) {
    this.#channel = channel;
    this.#kept = kept;
  }

  writeHead(status: number, headers: Readonly<Record<string, string | readonly string[]>>): void {
    this.#channel.writeHead(status, headers);
  }

  write(chunk: Uint8Array): boolean {
    const more = this.#channel.write(chunk);
    this.#kept.push(chunk);
    return more;
  }

  end(): void {
    this.#channel.end();
  }

  cut(): void {
    this.#channel.cut();
  }

  onDrain(listener: () => void): Dispose {
    return this.#channel.onDrain(listener);
  }

  onGone(listener: () => void): Dispose {
    return this.#channel.onGone(listener);
  }
}
