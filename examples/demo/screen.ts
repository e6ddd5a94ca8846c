import { stripVTControlCharacters, styleText } from 'node:util';

/** Where the demo writes when nobody looks at its width. */
const DEFAULT_COLUMNS = 110;

export type Style = Parameters<typeof styleText>[0];

/** Colours only for a terminal that wants them (`NO_COLOR`). */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

export function say(text = ''): void {
  console.log(text);
}

/** A numbered part of the demo. */
export function heading(text: string): void {
  say(`\n${paint(['bold', 'cyan'], text)}`);
}

export function columns(): number {
  return process.stdout.columns || DEFAULT_COLUMNS;
}

/** How wide a text looks. */
export function width(text: string): number {
  return stripVTControlCharacters(text).length;
}

export function left(text: string, size: number): string {
  return text + ' '.repeat(Math.max(0, size - width(text)));
}

export function right(text: string, size: number): string {
  return ' '.repeat(Math.max(0, size - width(text))) + text;
}

/** Breaks a paragraph between words; every line gets the indent. */
export function wrap(text: string, indent: string): string {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    if (line !== indent && width(line) + 1 + width(word) > columns()) {
      lines.push(line);
      line = indent;
    }
    line += line === indent ? word : ` ${word}`;
  }
  return [...lines, line].join('\n');
}
