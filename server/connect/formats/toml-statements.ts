/** A line `[a.b]` or `[[a.b]]`. Offsets are those of the text; `end` is where its comment begins. */
export interface TomlTable {
  readonly kind: 'table';
  readonly path: readonly string[];
  readonly start: number;
  readonly end: number;
}

/** `key = value`, with the table that it stands in. */
export interface TomlPair {
  readonly kind: 'pair';
  readonly table: readonly string[];
  readonly key: readonly string[];
  readonly start: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  readonly end: number;
}

export type TomlStatement = TomlTable | TomlPair;

const SPACE = /[ \t]*/y;
const BLANK = /(?:[ \t\r\n]|#[^\n]*)*/y;
const KEY = /[ \t]*(?:"((?:\\.|[^"\\\n])*)"|'([^'\n]*)'|([\w-]+))[ \t]*/y;
/** Multi-line strings end with the last of up to five quotes. */
const STRING = /"""(?:\\[\s\S]|[^\\])*?"""(?:"{0,2})|'''[\s\S]*?'''(?:'{0,2})|"(?:\\.|[^"\\\n])*"|'[^'\n]*'/y;

/** The statements of a text that is valid TOML (https://toml.io/en/v1.0.0), in order. */
export function tomlStatements(text: string): readonly TomlStatement[] {
  const found: TomlStatement[] = [];
  let table: readonly string[] = [];
  let at = after(BLANK, text, 0);
  while (at < text.length) {
    const start = text.lastIndexOf('\n', at - 1) + 1;
    if (text[at] === '[') {
      const isList = text[at + 1] === '[';
      const name = keyAt(text, at + (isList ? 2 : 1));
      const end = name.end + (isList ? 2 : 1);
      // A list's element has no path of names: what stands in it is found under none.
      table = isList ? [...name.key, '[]'] : name.key;
      found.push({ kind: 'table', path: table, start, end });
      at = after(BLANK, text, end);
      continue;
    }
    const name = keyAt(text, at);
    const valueStart = after(SPACE, text, name.end + 1);
    const valueEnd = endOfValue(text, valueStart);
    found.push({ kind: 'pair', table, key: name.key, start, valueStart, valueEnd, end: valueEnd });
    at = after(BLANK, text, valueEnd);
  }
  return found;
}

function keyAt(text: string, offset: number): { readonly key: readonly string[]; readonly end: number } {
  const key: string[] = [];
  let at = offset;
  do {
    if (key.length > 0) at++;
    KEY.lastIndex = at;
    const match = KEY.exec(text);
    if (!match) return { key, end: at };
    const [whole, quoted, literal, bare] = match;
    key.push(quoted === undefined ? (literal ?? bare ?? '') : unescaped(quoted));
    at += whole.length;
  } while (text[at] === '.');
  return { key, end: at };
}

function unescaped(quoted: string): string {
  try {
    return JSON.parse(`"${quoted}"`) as string;
  } catch {
    // TOML has a few escapes that JSON has not; names with them are none that anybody looks for.
    return quoted;
  }
}

/** Lists and inline tables end where their brackets do; all else ends with its line or its comment. */
function endOfValue(text: string, offset: number): number {
  let depth = 0;
  let at = offset;
  let end = offset;
  while (at < text.length) {
    const char = text[at] ?? '';
    if (char === '"' || char === "'") {
      at = after(STRING, text, at);
      end = at;
      continue;
    }
    if (depth === 0 && (char === '\n' || char === '#')) break;
    if (char === '#') {
      at = text.indexOf('\n', at);
      if (at < 0) return text.length;
      continue;
    }
    if (char === '[' || char === '{') depth++;
    if (char === ']' || char === '}') depth--;
    at++;
    if (char.trim() !== '') end = at;
  }
  return end;
}

/** Where a match of a sticky pattern ends; at least one further where there is none, so that reading goes on. */
function after(pattern: RegExp, text: string, offset: number): number {
  pattern.lastIndex = offset;
  const match = pattern.exec(text);
  return match ? offset + match[0].length : offset + 1;
}
