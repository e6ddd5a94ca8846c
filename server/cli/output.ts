import { styleText } from 'node:util';
import type { CommanderError } from 'commander';
import type { RouterError } from '../core/router-error.ts';

/** Exit codes other than 0, as `--help` lists them. */
export const EXIT = { failed: 1, usage: 2, notRunning: 3 } as const;

/** Whether the command was asked for JSON; set once from the arguments. */
const settings = { json: false };

export function useJson(json: boolean): void {
  settings.json = json;
}

/** Prints a result: the value itself for programs, the text for people. */
export function print(value: unknown, text: string): void {
  console.log(settings.json ? JSON.stringify(value) : text);
}

/** Whether results are for programs: then nothing is asked, and one line of JSON is all there is. */
export function isForPrograms(): boolean {
  return settings.json;
}

/** Prints an error with its code, on the error stream, and sets the exit code unless that is set already. */
export function printError(error: unknown): void {
  const code = isRouterError(error) ? error.code : 'internal';
  const message = error instanceof Error ? error.message : String(error);
  if (settings.json) printJsonError(code, message);
  else console.error(`${styleText('red', 'error:', { stream: process.stderr })} ${message}`);
  process.exitCode ??= EXIT.failed;
}

/** By its name: the daemon's bundle has a class of its own. */
function isRouterError(error: unknown): error is RouterError {
  return error instanceof Error && error.name === ('RouterError' satisfies RouterError['name']);
}

/** Wrong usage: people have been told by the parser of the arguments, programs have not. */
export function printUsageError(error: CommanderError): void {
  if (settings.json) {
    const message = error.code === 'commander.help' ? 'A command is missing. See --help.' : error.message;
    printJsonError('invalid_request', message.replace(/^error: /, ''));
  }
  process.exitCode = EXIT.usage;
}

function printJsonError(code: string, message: string): void {
  console.error(JSON.stringify({ error: { code, message } }));
}

/** What a terminal would obey instead of showing: control characters, and those that turn the direction of text. */
const UNPRINTABLE = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Columns aligned for people; the first row is the head. Columns that are empty below it are left out. Names come from
 * anywhere, models from whoever asks: what is not for showing is replaced.
 */
export function table(texts: readonly (readonly string[])[]): string {
  const all = texts.map((row) => row.map((cell) => cell.replaceAll(UNPRINTABLE, '?')));
  const rows = all.map((row) => row.filter((_, at) => all.slice(1).some((other) => other[at] !== '')));
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, cell.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const [head, ...rest] = lines;
  return [head === undefined ? '' : styleText('bold', head), ...rest].join('\n');
}

/** A point in time, from now: `in 7 s`, `3 min ago`. */
export function relativeTime(at: number, now: number): string {
  const seconds = Math.round(Math.abs(at - now) / 1000);
  const units: readonly (readonly [number, string])[] = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
  ];
  const [size, unit] = units.find(([length]) => seconds >= length) ?? [1, 's'];
  const amount = `${Math.round(seconds / size)} ${unit}`;
  return at > now ? `in ${amount}` : `${amount} ago`;
}

/** `1 model`, `2 models`. */
export function amount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `12 KB`, `3.4 MB`, `1.2 GB`. */
export function formatBytes(bytes: number): string {
  const units = ['KB', 'MB', 'GB', 'TB'];
  const step = Math.min(Math.max(1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10)), units.length);
  const value = bytes / 1024 ** step;
  return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} ${units[step - 1]}`;
}
