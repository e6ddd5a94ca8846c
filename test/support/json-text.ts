import * as fc from 'fast-check';

/** How a JSON value is written: with which white space, and which characters as escapes. */
export interface JsonStyle {
  readonly space: string;
  /** Every so-manieth character of a string is written as `\uXXXX`; 0: none. */
  readonly escapeEvery: number;
}

/** What may stand between the tokens of JSON. */
export const spaces = fc.constantFrom('', ' ', '\n  ', '\t', '\r\n');

export const jsonStyles: fc.Arbitrary<JsonStyle> = fc.record({
  space: spaces,
  escapeEvery: fc.constantFrom(0, 0, 1, 3),
});

/** Writes JSON as other programs do: it means the same as `JSON.stringify`. */
export function writeJson(value: unknown, style: JsonStyle): string {
  const { space } = style;
  if (typeof value === 'string') return writeString(value, style);
  if (Array.isArray(value)) {
    const items = value.map((item) => `${space}${writeJson(item, style)}`);
    return `[${items.join(',')}${space}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(
      ([key, item]) => `${space}${writeString(key, style)}${space}:${space}${writeJson(item, style)}`,
    );
    return `{${members.join(`${space},`)}${space}}`;
  }
  return JSON.stringify(value);
}

function writeString(text: string, { escapeEvery }: JsonStyle): string {
  if (escapeEvery === 0) return JSON.stringify(text);
  let count = 0;
  const written = Array.from(text, (character) =>
    ++count % escapeEvery === 0 ? escapeOf(character) : JSON.stringify(character).slice(1, -1),
  );
  return `"${written.join('')}"`;
}

function escapeOf(character: string): string {
  let text = '';
  for (let at = 0; at < character.length; at++) {
    text += `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  }
  return text;
}
