import {
  Document,
  isMap,
  isScalar,
  parseAllDocuments,
  stringify,
  type Pair,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import {
  type ConfigFormat,
  type ConfigPath,
  type ConfigValue,
  lineEnd,
  lineStart,
  nextLine,
  splice,
  unreadable,
} from '../config-format.ts';

interface Range {
  readonly start: number;
  readonly end: number;
}

/** YAML of one document whose root is a block of `key: value` lines. */
export const YAML: ConfigFormat = {
  parse(text) {
    return (document(text).toJS() as ConfigValue | null) ?? {};
  },
  source(text, path) {
    const pair = find(root(text), path);
    if (!pair) return null;
    const { start, end } = valueRange(text, pair);
    return text.slice(start, end);
  },
  replace(text, path, source) {
    const pair = find(root(text), path);
    if (!pair) return text;
    const { start, end } = valueRange(text, pair);
    return splice(text, start, end, source);
  },
  set(text, path, value) {
    // JSON is YAML, and stays on one line whatever stood there.
    return YAML.replace(text, path, ` ${JSON.stringify(value)}`);
  },
  insert(text, path, value) {
    const eol = lineEnd(text);
    const map = root(text);
    let depth = 0;
    while (depth < path.length - 1 && find(map, path.slice(0, depth + 1))) depth++;
    const parent = depth === 0 ? map : find(map, path.slice(0, depth))?.value;
    if (map?.flow || (parent && (!isMap(parent) || parent.flow))) {
      throw unreadable("Lines can't be added to a map that is written in braces, or to what is no map.");
    }
    const nested = path.slice(depth).reduceRight<ConfigValue>((inner, name) => ({ [name]: inner }), value);
    const last = isMap(parent) ? parent.items.at(-1) : undefined;
    const indent = last ? columnOf(text, last) : '';
    const lines = stringify(nested, {
      lineWidth: 0,
      defaultStringType: 'QUOTE_DOUBLE',
      defaultKeyType: 'PLAIN',
    })
      .trimEnd()
      .split('\n')
      .map((line) => indent + line)
      .join(eol);
    const at = last ? nextLine(text, valueRange(text, last).end) : text.length;
    const gap = at === 0 || text[at - 1] === '\n' ? '' : eol;
    return splice(text, at, at, `${gap}${lines}${eol}`);
  },
  remove(text, path) {
    const pair = find(root(text), path);
    if (!pair) return text;
    const { end } = valueRange(text, pair);
    const start = lineStart(text, keyStart(pair));
    return splice(text, start, nextLine(text, end), '');
  },
};

function document(text: string): Document {
  const [first, second] = parseAllDocuments(text);
  if (second) throw unreadable('It holds more than one YAML document.');
  const [error] = first?.errors ?? [];
  if (error) throw unreadable(`It is not valid YAML: ${error.message.split('\n')[0]}`);
  return first ?? new Document();
}

function root(text: string): YAMLMap | null {
  const { contents } = document(text);
  if (contents === null || (isScalar(contents) && contents.value === null)) return null;
  if (!isMap(contents)) throw unreadable('It is not a YAML map.');
  return contents;
}

function find(map: YAMLMap | null, path: ConfigPath): Pair | undefined {
  let parent: unknown = map;
  let pair: Pair | undefined;
  for (const name of path) {
    if (!isMap(parent)) return undefined;
    pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === name);
    parent = pair?.value;
  }
  return pair;
}

function keyStart(pair: Pair): number {
  return (pair.key as Scalar).range?.[0] ?? 0;
}

/** All that stands behind the colon, so that a key without a value has its place too, but for its line break. */
function valueRange(text: string, pair: Pair): Range {
  const { range } = (pair.value ?? {}) as { readonly range?: readonly [number, number, number] | null };
  const start = text.indexOf(':', (pair.key as Scalar).range?.[1] ?? 0) + 1;
  const end = range && range[0] < range[1] ? range[1] : start;
  return { start, end: end - (/\r?\n$/.exec(text.slice(start, end))?.[0].length ?? 0) };
}

function columnOf(text: string, pair: Pair): string {
  const start = keyStart(pair);
  return text.slice(lineStart(text, start), start);
}
