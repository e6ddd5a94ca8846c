import type { Dispose } from '../ports/clock.ts';

/** The way back to the tool that asked. Nothing is called on it after `end` or `cut`. */
export interface CallerChannel {
  /** Once, before the first `write`. */
  writeHead(status: number, headers: Readonly<Record<string, string | readonly string[]>>): void;
  /** `false`: the tool reads slower than the provider writes; wait for `onDrain`. */
  write(chunk: Uint8Array): boolean;
  end(): void;
  /** Ends the connection so that the body can't be taken for complete. */
  cut(): void;
  onDrain(listener: () => void): Dispose;
  /** The tool left before its answer was complete. Called at once if it already has. */
  onGone(listener: () => void): Dispose;
}
