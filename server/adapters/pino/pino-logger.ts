import pino from 'pino';
import type { Logger } from '../../core/ports/logger.ts';
import { RotatingFile, type RotationLimits } from './rotating-file.ts';
import { redactFields } from './redact-fields.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Where and what a logger writes. */
export interface PinoLoggerOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** A file's path (created with its folder, mode 0600, appended to) or a file descriptor such as 2. */
  readonly destination: string | number;
  /** Removes secrets from a text: every string of every line passes through it. */
  readonly redact: (text: string) => string;
  /** Of a file; 10 MB and three older ones if left out. */
  readonly limits?: RotationLimits;
}

type Destination = ReturnType<typeof pino.destination>;

const LIMITS: RotationLimits = { maxBytes: 10 * 1024 * 1024, kept: 3 };

/** Unwritten lines are kept up to this many characters while the disk is slow or full; more are dropped. */
const MAX_BUFFERED = 4 * 1024 * 1024;

/**
 * JSON lines, written in the background: a call never waits for the disk. A file that can't be opened is
 * reported on stderr, where the lines go instead; a disk that is full loses lines. Neither ends the process.
 */
export class PinoLogger implements Logger {
  /** `null`: it writes to a file descriptor, whose reader sees to its size. */
  readonly #file: RotatingFile | null;
  #destination: Destination;
  /** Files that were full, until all of their lines are written. */
  readonly #ending = new Set<Promise<void>>();
  readonly #pino: pino.Logger;
  readonly #redact: (text: string) => string;
  #failed = false;
  #closed = false;

  constructor(options: PinoLoggerOptions) {
    this.#redact = options.redact;
    this.#file = openFile(options);
    this.#destination = this.#open(this.#file?.fd ?? descriptor(options.destination));
    this.#pino = pino(
      {
        level: options.level,
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      { write: (line) => this.#append(line) },
    );
  }

  debug(fields: Fields, message: string): void {
    this.#write('debug', fields, message);
  }

  info(fields: Fields, message: string): void {
    this.#write('info', fields, message);
  }

  warn(fields: Fields, message: string): void {
    this.#write('warn', fields, message);
  }

  error(fields: Fields, message: string): void {
    this.#write('error', fields, message);
  }

  /** Writes what is still buffered and closes the file. Later lines are lost. Never rejects. */
  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#closed = true;
    return Promise.all([...this.#ending, ended(this.#destination)]).then(() => undefined);
  }

  #open(fd: number): Destination {
    const destination = pino.destination({ dest: fd, sync: false, maxLength: MAX_BUFFERED });
    destination.on('error', (error: Error) => this.#fail(error));
    return destination;
  }

  #append(line: string): void {
    try {
      if (this.#file?.grow(Buffer.byteLength(line)) === 'next') this.#change(this.#file.fd);
    } catch (error) {
      // The old file is still there to be written.
      this.#fail(error);
    }
    this.#destination.write(line);
  }

  #change(fd: number): void {
    const full = ended(this.#destination);
    this.#ending.add(full);
    void full.then(() => this.#ending.delete(full));
    this.#destination = this.#open(fd);
  }

  #write(level: PinoLoggerOptions['level'], fields: Fields, message: string): void {
    if (this.#closed || !this.#pino.isLevelEnabled(level)) return;
    this.#pino[level](redactFields(fields, this.#redact), this.#redact(message));
  }

  #fail(error: unknown): void {
    if (!this.#failed) reportFailure(error);
    this.#failed = true;
  }
}

/** Opened at once, since a line written to a file that failed to open later would throw. */
function openFile({ destination, limits = LIMITS }: PinoLoggerOptions): RotatingFile | null {
  if (typeof destination === 'number') return null;
  try {
    return new RotatingFile(destination, limits);
  } catch (error) {
    reportFailure(error);
    return null;
  }
}

function descriptor(destination: string | number): number {
  return typeof destination === 'number' ? destination : process.stderr.fd;
}

/** Once everything is written, or can't be. */
function ended(destination: Destination): Promise<void> {
  return new Promise((resolve) => {
    destination.once('close', resolve);
    destination.once('error', () => resolve());
    destination.end();
  });
}

function reportFailure(error: unknown): void {
  process.stderr.write(`The log can't be written: ${error instanceof Error ? error.message : 'unknown'}\n`);
}
