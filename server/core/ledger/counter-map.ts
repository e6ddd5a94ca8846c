import type { CounterAddress } from '../ports/store.ts';

/**
 * Something kept for each counter. In two levels, so that the slices of a rolling window are found without a name
 * being built for each.
 */
export class CounterMap<T> {
  readonly #subjects = new Map<string, Map<number, T>>();
  #size = 0;

  /** How many counters there are. */
  get size(): number {
    return this.#size;
  }

  get(subject: string, windowStart: number): T | undefined {
    return this.#subjects.get(subject)?.get(windowStart);
  }

  /** Keeps a value, in the place of an earlier one. */
  set({ subject, windowStart }: CounterAddress, value: T): void {
    let windows = this.#subjects.get(subject);
    if (!windows) {
      windows = new Map();
      this.#subjects.set(subject, windows);
    }
    if (!windows.has(windowStart)) this.#size += 1;
    windows.set(windowStart, value);
  }

  /** Forgets all of them. */
  clear(): void {
    this.#subjects.clear();
    this.#size = 0;
  }
}
