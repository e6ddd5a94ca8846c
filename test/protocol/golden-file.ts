import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';

/** Compares a text with its golden file; with `WRITE_GOLDEN` set, writes the file, to be read before it is kept. */
export function assertGolden(file: string, text: string): void {
  if (process.env['WRITE_GOLDEN'] !== undefined) writeFileSync(file, text);
  assert.equal(text, readFileSync(file, 'utf8'));
}
