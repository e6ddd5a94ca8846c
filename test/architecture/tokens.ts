/** A piece of source text that means something: comments and white space are left out. */
export interface Token {
  readonly kind: 'word' | 'string' | 'template' | 'regex' | 'punctuator';
  /** As written; of strings what is between the quotes. */
  readonly text: string;
  readonly line: number;
}

const SPACE = /\s+|\/\/[^\n]*|\/\*[^]*?\*\//y;
const WORD = /[\p{ID_Start}$_#][\p{ID_Continue}$]*|\d[\w.]*/uy;
const STRING = /'(?:[^'\\\n]|\\[^])*'|"(?:[^"\\\n]|\\[^])*"/y;
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const TEMPLATE_PART = /(?:[^`\\$]|\\[^]|\$(?!\{))*(?:`|\$\{)/y;

/** After these a slash divides; after anything else it opens a regular expression. */
const ENDS_A_VALUE = new Set([')', ']', '}']);
const WORDS_BEFORE_A_VALUE = new Set(['return', 'typeof', 'case', 'in', 'of', 'delete', 'void', 'await']);

/**
 * Splits TypeScript into tokens, well enough to find imports and calls: strings, templates, comments and regular
 * expressions are told apart, so that none of them is taken for code.
 */
export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  /** One entry an open `${`: how many braces are open within it. */
  const templates: number[] = [];
  let at = 0;
  let line = 1;
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0] ?? null;
  };
  const take = (kind: Token['kind'] | null, raw: string, text = raw): void => {
    if (kind) tokens.push({ kind, text, line });
    at += raw.length;
    line += raw.split('\n').length - 1;
  };
  const takeTemplatePart = (): void => {
    const part = match(TEMPLATE_PART) ?? source.slice(at);
    if (part.endsWith('${')) templates.push(0);
    take('template', part);
  };
  while (at < source.length) {
    const space = match(SPACE);
    if (space) {
      take(null, space);
      continue;
    }
    const character = source[at] ?? '';
    if (character === '`') {
      take(null, character);
      takeTemplatePart();
      continue;
    }
    const string = match(STRING);
    if (string) {
      take('string', string, string.slice(1, -1));
      continue;
    }
    const word = match(WORD);
    if (word) {
      take('word', word);
      continue;
    }
    const regex = character === '/' && opensRegex(tokens.at(-1)) ? match(REGEX) : null;
    if (regex) {
      take('regex', regex);
      continue;
    }
    const depth = templates.at(-1);
    if (depth !== undefined && character === '}' && depth === 0) {
      templates.pop();
      take(null, character);
      takeTemplatePart();
      continue;
    }
    if (depth !== undefined && character === '{') templates[templates.length - 1] = depth + 1;
    if (depth !== undefined && character === '}') templates[templates.length - 1] = depth - 1;
    take('punctuator', character);
  }
  return tokens;
}

function opensRegex(before: Token | undefined): boolean {
  if (!before) return true;
  if (before.kind === 'punctuator') return !ENDS_A_VALUE.has(before.text);
  return before.kind === 'word' && WORDS_BEFORE_A_VALUE.has(before.text);
}
