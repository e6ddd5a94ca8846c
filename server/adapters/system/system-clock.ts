import type { Clock, Dispose } from '../../core/ports/clock.ts';

/** The longest delay that Node's timers take; a longer one would fire at once (2^31 - 1 ms, 24.8 days). */
const LONGEST_DELAY_MS = 2_147_483_647;

/** The machine's clock and timers. */
export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  after(delayMs: number, action: () => void): Dispose {
    let timer: NodeJS.Timeout;
    const wait = (remainingMs: number): void => {
      const step = Math.min(Math.max(0, remainingMs), LONGEST_DELAY_MS);
      timer = setTimeout(() => (remainingMs > step ? wait(remainingMs - step) : action()), step);
      timer.unref();
    };
    wait(delayMs);
    return () => clearTimeout(timer);
  }
}
