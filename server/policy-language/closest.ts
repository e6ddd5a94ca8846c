/** The word that was most likely meant; `null` if none is close enough to be worth naming. */
export function closest(word: string, words: Iterable<string>): string | null {
  const wanted = word.toLowerCase();
  const most = Math.max(1, Math.floor(wanted.length / 3));
  let best: string | null = null;
  let least = most + 1;
  for (const candidate of words) {
    if (Math.abs(candidate.length - wanted.length) >= least) continue;
    const steps = distance(wanted, candidate.toLowerCase(), least);
    if (steps < least) [best, least] = [candidate, steps];
  }
  return best;
}

/** Longer words are compared by their beginnings. */
const MOST_LETTERS = 64;
const OUT = 1_000;
const width = MOST_LETTERS + 2;
/** Three lines of the table of edits, one after the other: nothing is allocated for a comparison. */
const lines = new Uint16Array(3 * width);

/**
 * Edits from one word to another (Damerau-Levenshtein, neighbours swapped count once), given up at `most`: only the band
 * around the diagonal that can stay below it is looked at.
 */
function distance(one: string, other: string, most: number): number {
  const rows = Math.min(one.length, MOST_LETTERS);
  const columns = Math.min(other.length, MOST_LETTERS);
  for (let at = 0; at <= columns; at++) lines[at] = at;
  let [before, last, line] = [2 * width, 0, width];
  for (let row = 1; row <= rows; row++) {
    const from = Math.max(1, row - most);
    const to = Math.min(columns, row + most);
    lines[line + from - 1] = from === 1 ? row : OUT;
    let least = lines[line + from - 1] ?? OUT;
    for (let at = from; at <= to; at++) {
      const same = one.charCodeAt(row - 1) === other.charCodeAt(at - 1);
      const above = at < row + most ? (lines[last + at] ?? OUT) : OUT;
      let steps = Math.min(
        above + 1,
        (lines[line + at - 1] ?? OUT) + 1,
        (lines[last + at - 1] ?? OUT) + (same ? 0 : 1),
      );
      const swapped =
        row > 1 &&
        at > 1 &&
        one.charCodeAt(row - 1) === other.charCodeAt(at - 2) &&
        one.charCodeAt(row - 2) === other.charCodeAt(at - 1);
      if (swapped) steps = Math.min(steps, (lines[before + at - 2] ?? OUT) + 1);
      lines[line + at] = steps;
      least = Math.min(least, steps);
    }
    if (least >= most) return most;
    [before, last, line] = [last, line, before];
  }
  return Math.min(most, lines[last + columns] ?? most);
}
