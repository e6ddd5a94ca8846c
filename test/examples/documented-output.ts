import { readFileSync } from 'node:fs';
import path from 'node:path';

const README = path.join(import.meta.dirname, '..', '..', 'examples', 'README.md');
/** An example's command, and the next block of what it prints. */
const BLOCK = /^npm run example -- (\S+)$[^]*?^```text\n([^]*?)^```$/gm;

/** What the README says that each example prints, by its name. */
export function documentedOutputs(): ReadonlyMap<string, string> {
  const outputs = [...readFileSync(README, 'utf8').matchAll(BLOCK)];
  return new Map(outputs.map(([, name = '', text = '']) => [name, text]));
}

/**
 * A pattern that an output agrees with: numbers and ids may be others, `…` stands for the rest of a line, and on a
 * line of its own for any lines.
 */
export function patternOf(text: string): RegExp {
  const lines = text.trimEnd().split('\n');
  const pattern = lines.map((line) => (line.trim() === '…' ? '(?:.*\\n)*?' : `${linePattern(line)}\\n`));
  return new RegExp(`^${pattern.join('')}$`);
}

function linePattern(line: string): string {
  return line
    .replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('…', '.*')
    .replaceAll(/req_[a-z0-9]+|\b(?:\d|\\\.(?=\d))+\b/g, (word) =>
      word.startsWith('req_') ? 'req_[a-z0-9]+' : '[\\d.]+',
    );
}
