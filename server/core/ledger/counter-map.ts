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

  /** All of them, in no order that means something. What is deleted or set meanwhile does no harm. */
  *entries(): Generator<readonly [CounterAddress, T]> {
    for (const [subject, windows] of this.#subjects) {
      for (const [windowStart, value] of windows) yield [{ subject, windowStart }, value];
    }
  }

  /** Forgets one. */
  delete({ subject, windowStart }: CounterAddress): void {
    const windows = this.#subjects.get(subject);
    if (!windows?.delete(windowStart)) return;
    this.#size -= 1;
    if (windows.size === 0) this.#subjects.delete(subject);
  }

  /** Forgets all of them. */
  clear(): void {
    this.#subjects.clear();
    this.#size = 0;
  }
}
