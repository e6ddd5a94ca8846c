import { parse, TomlError } from 'smol-toml';
import {
  type ConfigFormat,
  type ConfigPath,
  type ConfigValue,
  isTable,
  lineEnd,
  nextLine,
  splice,
  unreadable,
} from '../config-format.ts';
import { type TomlPair, type TomlStatement, tomlStatements, type TomlTable } from './toml-statements.ts';

/**
 * TOML, changed line by line: packages that write TOML lose comments or lay the text out anew, and a settings file needs
 * no more than values set, lines added to a table, and tables added at the end.
 */
export const TOML: ConfigFormat = {
  parse(text) {
    try {
      return parse(text) as ConfigValue;
    } catch (error) {
      if (!(error instanceof TomlError)) throw error;
      throw unreadable(`Line ${error.line} is not valid TOML: ${error.message.split('\n')[0]}`);
    }
  },
  source(text, path) {
    const pair = find(statements(text), path);
    return pair ? text.slice(pair.valueStart, pair.valueEnd) : null;
  },
  replace(text, path, source) {
    const pair = find(statements(text), path);
    if (!pair) throw unreadable(`"${path.join('.')}" is written in a way that can't be changed in place.`);
    return splice(text, pair.valueStart, pair.valueEnd, source);
  },
  set(text, path, value) {
    return TOML.replace(text, path, print(value));
  },
  insert(text, path, value) {
    const all = statements(text);
    const eol = lineEnd(text);
    const table = path.slice(0, -1);
    const line = `${print(path.at(-1) ?? '')} = ${print(value)}${eol}`.replace(/^"([\w-]+)"/, '$1');
    const head = all.find((entry): entry is TomlTable => entry.kind === 'table' && same(entry.path, table));
    if (table.length > 0 && !head) {
      const gap = text === '' ? '' : text.endsWith('\n') ? eol : eol + eol;
      return `${text}${gap}[${table.map(bareOrQuoted).join('.')}]${eol}${line}`;
    }
    const last = all.findLast((entry) => entry.kind === 'pair' && same(entry.table, table)) ?? head;
    const at = last ? nextLine(text, last.end) : 0;
    const gap = at === 0 || text[at - 1] === '\n' ? '' : eol;
    return splice(text, at, at, gap + line);
  },
  remove(text, path) {
    const all = statements(text);
    const pair = find(all, path);
    if (pair) return splice(text, pair.start, nextLine(text, pair.end), '');
    const head = all.find((entry): entry is TomlTable => entry.kind === 'table' && same(entry.path, path));
    if (!head) return text;
    const eol = lineEnd(text);
    const start = text.slice(0, head.start).endsWith(eol + eol) ? head.start - eol.length : head.start;
    return splice(text, start, nextLine(text, head.end), '');
  },
};

function statements(text: string): readonly TomlStatement[] {
  TOML.parse(text);
  return tomlStatements(text);
}

function find(all: readonly TomlStatement[], path: ConfigPath): TomlPair | undefined {
  return all.find(
    (entry): entry is TomlPair => entry.kind === 'pair' && same([...entry.table, ...entry.key], path),
  );
}

function same(one: ConfigPath, other: ConfigPath): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index]);
}

function bareOrQuoted(name: string): string {
  return /^[\w-]+$/.test(name) ? name : JSON.stringify(name);
}

/** JSON's strings, numbers and lists are TOML's too. */
function print(value: ConfigValue): string {
  if (value === null) throw unreadable('TOML has no null.');
  if (!isTable(value)) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([name, inner]) => `${bareOrQuoted(name)} = ${print(inner)}`)
    .join(', ')} }`;
}
