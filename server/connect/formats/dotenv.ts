import { type ConfigFormat, lineEnd, nextLine, splice, unreadable } from '../config-format.ts';

/**
 * A line with a variable, as `dotenv` reads it (github.com/motdotla/dotenv, lib/main.js): an optional `export`, the
 * name, and a value that may be quoted and then may hold line breaks.
 */
const LINE =
  /^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=([ \t]*)('(?:\\'|[^'])*'|"(?:\\"|[^"])*"|`(?:\\`|[^`])*`|[^#\r\n]*)/gm;

interface Variable {
  readonly name: string;
  readonly start: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** `NAME=value` lines. Only names of one part exist, and every value is a string. */
export const DOTENV: ConfigFormat = {
  parse(text) {
    return Object.fromEntries(variables(text).map((entry) => [entry.name, unquote(sourceOf(text, entry))]));
  },
  source(text, path) {
    const entry = find(text, path[0]);
    return entry ? sourceOf(text, entry) : null;
  },
  replace(text, path, source) {
    const entry = find(text, path[0]);
    return entry ? splice(text, entry.valueStart, entry.valueEnd, source) : text;
  },
  set(text, path, value) {
    return DOTENV.replace(text, path, quote(value));
  },
  insert(text, path, value) {
    const eol = lineEnd(text);
    const gap = text === '' || text.endsWith('\n') ? '' : eol;
    return `${text}${gap}${path[0] ?? ''}=${quote(value)}${eol}`;
  },
  remove(text, path) {
    const entry = find(text, path[0]);
    return entry ? splice(text, entry.start, nextLine(text, entry.valueEnd), '') : text;
  },
};

function variables(text: string): readonly Variable[] {
  return [...text.matchAll(LINE)].map((match) => {
    const [whole, name = '', gap = '', written = ''] = match;
    const value = written.trimEnd();
    // Where nothing is written, the space before a comment belongs to that.
    const before = value === '' ? whole.length - written.length - gap.length : whole.length - written.length;
    const valueStart = match.index + before;
    return { name, start: match.index, valueStart, valueEnd: valueStart + value.length };
  });
}

/** Of a name that occurs twice the last one counts. */
function find(text: string, name: string | undefined): Variable | undefined {
  return variables(text).findLast((entry) => entry.name === name);
}

function sourceOf(text: string, { valueStart, valueEnd }: Variable): string {
  return text.slice(valueStart, valueEnd);
}

function unquote(source: string): string {
  return /^(['"`])([\s\S]*)\1$/.exec(source)?.[2] ?? source;
}

function quote(value: unknown): string {
  const text = String(value);
  if (/["\r\n]/.test(text))
    throw unreadable('A value with quotes or line breaks has no place in such a file.');
  return /^[\w:/.@+-]*$/.test(text) ? text : `"${text}"`;
}
