import { fstatSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';

/** How large a log may become. */
export interface RotationLimits {
  /** Of one file; a line that begins within it is written whole. */
  readonly maxBytes: number;
  /** Files that were full: `daemon.log.1` is the latest. */
  readonly kept: number;
}

/** A log file that makes way for a new one when it is full, so that all of them together stay bounded. */
export class RotatingFile {
  readonly #file: string;
  readonly #limits: RotationLimits;
  #fd: number;
  #bytes: number;

  /** Opens the file for appending (created with its folder, mode 0600). Throws the system's error. */
  constructor(file: string, limits: RotationLimits) {
    this.#file = file;
    this.#limits = limits;
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    this.#fd = openSync(file, 'a', 0o600);
    this.#bytes = fstatSync(this.#fd).size;
  }

  /** Where the next line goes. Whoever writes closes it. */
  get fd(): number {
    return this.#fd;
  }

  /** Before so many bytes are written. `next`: they go to a new file, whose `fd` is another. Throws the system's error. */
  grow(bytes: number): 'same' | 'next' {
    if (this.#bytes < this.#limits.maxBytes) {
      this.#bytes += bytes;
      return 'same';
    }
    // A daemon that takes over writes here too: what it has moved away already is not moved again.
    if (isSame(this.#fd, this.#file)) this.#moveAway();
    this.#fd = openSync(this.#file, 'a', 0o600);
    this.#bytes = fstatSync(this.#fd).size + bytes;
    return 'next';
  }

  #moveAway(): void {
    for (let number = this.#limits.kept; number > 0; number--) {
      const from = number === 1 ? this.#file : `${this.#file}.${number - 1}`;
      if (statSync(from, { throwIfNoEntry: false })) renameSync(from, `${this.#file}.${number}`);
    }
  }
}

function isSame(fd: number, file: string): boolean {
  const there = statSync(file, { throwIfNoEntry: false });
  return there?.ino === fstatSync(fd).ino;
}
