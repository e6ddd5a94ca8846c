import { RouterError } from '../core/router-error.ts';

/** What a configuration file can hold. */
export type ConfigValue =
  | string
  | number
  | boolean
  | null
  | readonly ConfigValue[]
  | { readonly [name: string]: ConfigValue };

/** Names from the root to a value. */
export type ConfigPath = readonly string[];

/**
 * A file format whose values are changed in place: what is not touched keeps its every byte. Each method throws
 * `RouterError('invalid_request')` for a text that it can't read. Paths lead through tables only, never into lists.
 */
export interface ConfigFormat {
  /** The whole file as data. */
  parse(text: string): ConfigValue;
  /** The very text of a value, as `replace` takes it; `null` if there is none. */
  source(text: string, path: ConfigPath): string | null;
  /** Puts another text in the place of a value that is there. */
  replace(text: string, path: ConfigPath, source: string): string;
  /** Sets a value that is there. */
  set(text: string, path: ConfigPath, value: ConfigValue): string;
  /** Adds a value that is not there, and the tables that lead to it. */
  insert(text: string, path: ConfigPath, value: ConfigValue): string;
  /** Takes out a value and what was written only for it: the opposite of `insert`, but for the tables. */
  remove(text: string, path: ConfigPath): string;
}

/** The value at a path; `undefined` if there is none. */
export function valueAt(data: ConfigValue, path: ConfigPath): ConfigValue | undefined {
  let value: ConfigValue | undefined = data;
  for (const name of path) {
    if (!isTable(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

export function isTable(value: ConfigValue | undefined): value is { readonly [name: string]: ConfigValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether two values are equal, whatever the order of their names; TOML's dates by their instant. */
export function sameValue(one: ConfigValue | undefined, other: ConfigValue | undefined): boolean {
  if (one instanceof Date && other instanceof Date) return one.getTime() === other.getTime();
  if (isList(one) && isList(other)) {
    return one.length === other.length && one.every((value, index) => sameValue(value, other[index]));
  }
  if (!isTable(one) || !isTable(other)) return Object.is(one, other);
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && sameValue(one[name], other[name]))
  );
}

function isList(value: ConfigValue | undefined): value is readonly ConfigValue[] {
  return Array.isArray(value);
}

/** How many of a path's names exist already. */
export function depthOf(data: ConfigValue, path: ConfigPath): number {
  let depth = 0;
  while (depth < path.length && valueAt(data, path.slice(0, depth + 1)) !== undefined) depth++;
  return depth;
}

/** `a.b`, for people. */
export function pathText(path: ConfigPath): string {
  return path.map((name) => (/^[\w-]+$/.test(name) ? name : JSON.stringify(name))).join('.');
}

/** The line ends that a text uses; the first counts. */
export function lineEnd(text: string): '\r\n' | '\n' {
  return /\r?\n/.exec(text)?.[0] === '\r\n' ? '\r\n' : '\n';
}

/** Where the line that holds an offset begins. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** Where the next line begins, or the text ends. */
export function nextLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end + 1;
}

/** The spaces and tabs that a line begins with. */
export function indentAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, offset)))?.[0] ?? '';
}

/** The text with one piece of it exchanged. */
export function splice(text: string, from: number, to: number, piece: string): string {
  return text.slice(0, from) + piece + text.slice(to);
}

export function unreadable(reason: string): RouterError {
  return new RouterError('invalid_request', reason);
}
