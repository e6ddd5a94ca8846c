import { mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import pino from 'pino';
import type { Logger } from '../../core/ports/logger.ts';
import { redactFields } from './redact-fields.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Where and what a logger writes. */
export interface PinoLoggerOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** A file's path (created with its folder, mode 0600, appended to) or a file descriptor such as 2. */
  readonly destination: string | number;
  /** Removes secrets from a text: every string of every line passes through it. */
  readonly redact: (text: string) => string;
}

/** Unwritten lines are kept up to this many characters while the disk is slow or full; more are dropped. */
const MAX_BUFFERED = 4 * 1024 * 1024;

/**
 * JSON lines, written in the background: a call never waits for the disk. A file that can't be opened is
 * reported on stderr, where the lines go instead; a disk that is full loses lines. Neither ends the process.
 */
export class PinoLogger implements Logger {
  readonly #destination: ReturnType<typeof pino.destination>;
  readonly #pino: pino.Logger;
  readonly #redact: (text: string) => string;
  #failed = false;
  #closed = false;

  constructor(options: PinoLoggerOptions) {
    this.#redact = options.redact;
    this.#destination = pino.destination({
      dest: openFile(options.destination),
      sync: false,
      maxLength: MAX_BUFFERED,
    });
    this.#destination.on('error', (error: Error) => this.#fail(error));
    this.#pino = pino(
      {
        level: options.level,
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      this.#destination,
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
    return new Promise((resolve) => {
      this.#destination.once('close', resolve);
      this.#destination.once('error', () => resolve());
      this.#destination.end();
    });
  }

  #write(level: PinoLoggerOptions['level'], fields: Fields, message: string): void {
    if (this.#closed || !this.#pino.isLevelEnabled(level)) return;
    this.#pino[level](redactFields(fields, this.#redact), this.#redact(message));
  }

  #fail(error: Error): void {
    if (!this.#failed) reportFailure(error);
    this.#failed = true;
  }
}

/** Opened at once, since a line written to a file that failed to open later would throw. */
function openFile(destination: string | number): number {
  if (typeof destination === 'number') return destination;
  try {
    mkdirSync(path.dirname(destination), { recursive: true, mode: 0o700 });
    return openSync(destination, 'a', 0o600);
  } catch (error) {
    reportFailure(error);
    return process.stderr.fd;
  }
}

function reportFailure(error: unknown): void {
  process.stderr.write(`The log can't be written: ${error instanceof Error ? error.message : 'unknown'}\n`);
}
