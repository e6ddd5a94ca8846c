import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { closest } from '../../server/policy-language/closest.ts';

/** Edits by the definition: the whole table, without shortcuts (optimal string alignment). */
function edits(one: string, other: string): number {
  const table = Array.from({ length: one.length + 1 }, (_, row) =>
    Array.from({ length: other.length + 1 }, (__, at) => (row === 0 ? at : at === 0 ? row : 0)),
  );
  const at = (row: number, column: number): number => table[row]?.[column] ?? 0;
  for (let row = 1; row <= one.length; row++) {
    for (let column = 1; column <= other.length; column++) {
      const same = one[row - 1] === other[column - 1] ? 0 : 1;
      let least = Math.min(at(row - 1, column) + 1, at(row, column - 1) + 1, at(row - 1, column - 1) + same);
      if (row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]) {
        least = Math.min(least, at(row - 2, column - 2) + 1);
      }
      (table[row] ?? [])[column] = least;
    }
  }
  return at(one.length, other.length);
}

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '-', '1'), minLength: 1, maxLength: 12 });

describe('the word that was most likely meant', () => {
  it('is one of the fewest edits away, and none is named beyond a third of the letters', () =>
    fc.assert(
      fc.property(word, fc.array(word, { maxLength: 8 }), (wanted, words) => {
        const allowed = Math.max(1, Math.floor(wanted.length / 3));
        const least = Math.min(...words.map((candidate) => edits(wanted, candidate)));
        const found = closest(wanted, words);
        if (least > allowed) assert.equal(found, null);
        else assert.equal(found === null ? null : edits(wanted, found), least);
      }),
      { numRuns: 3_000 },
    ));
});
