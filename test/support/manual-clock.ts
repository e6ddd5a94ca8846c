import type { Clock, Dispose } from '../../server/core/ports/clock.ts';

interface Timer {
  readonly at: number;
  readonly action: () => void;
}

/** A clock that stands still until a test moves it. Timers fire in the order of their time. */
export class ManualClock implements Clock {
  #now: number;
  readonly #timers = new Set<Timer>();

  constructor(now = Date.UTC(2026, 10, 24, 12)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, action: () => void): Dispose {
    const timer: Timer = { at: this.#now + Math.max(0, delayMs), action };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Moves time on and runs what falls due, each timer at its own time, also those set meanwhile. */
  advance(ms: number): void {
    const target = this.#now + ms;
    for (let next = this.#due(target); next; next = this.#due(target)) {
      this.#timers.delete(next);
      this.#now = next.at;
      next.action();
    }
    this.#now = target;
  }

  /** Lets time pass in steps until something has ended, well or not. */
  async drive<T>(pending: Promise<T>, stepMs = 1): Promise<T> {
    const state = { over: false };
    const end = pending.finally(() => {
      state.over = true;
    });
    // It is awaited only after its time has come.
    end.catch(() => undefined);
    while (!state.over) {
      await new Promise((resolve) => setImmediate(resolve));
      this.advance(stepMs);
    }
    return end;
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#timers.size;
  }

  /** The first timer due by `target`; of two at one time the one set first. */
  #due(target: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.at <= target && (!first || timer.at < first.at)) first = timer;
    }
    return first;
  }
}
