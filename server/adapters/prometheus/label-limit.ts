/** Stands for all values that came after the limit was reached. */
const OTHER = 'other';

/** Longer values are nobody's name, and would be kept as long as the daemon runs. */
const MAX_LENGTH = 128;

/** Passes the first so many different values of a label and turns the rest into one. */
export class LabelLimit {
  readonly #seen = new Set<string>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  of(value: string): string {
    if (this.#seen.has(value)) return value;
    if (this.#seen.size >= this.#limit || value.length > MAX_LENGTH) return OTHER;
    this.#seen.add(value);
    return value;
  }
}
