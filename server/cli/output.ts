import { styleText } from 'node:util';
import { RouterError } from '../core/router-error.ts';

/** Whether the command was asked for JSON; set once from the arguments. */
const settings = { json: false };

export function useJson(json: boolean): void {
  settings.json = json;
}

/** Prints a result: the value itself for programs, the text for people. */
export function print(value: unknown, text: string): void {
  console.log(settings.json ? JSON.stringify(value) : text);
}

/** Prints an error with its code, on the error stream, and sets the exit code. */
export function printError(error: unknown): void {
  const code = error instanceof RouterError ? error.code : 'internal';
  const message = error instanceof Error ? error.message : String(error);
  if (settings.json) console.error(JSON.stringify({ error: { code, message } }));
  else console.error(`${styleText('red', 'error', { stream: process.stderr })} ${message}`);
  process.exitCode = 1;
}

/** Columns aligned for people; the first row is the head. */
export function table(rows: readonly (readonly string[])[]): string {
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
