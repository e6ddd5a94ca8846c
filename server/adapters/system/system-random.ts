import { randomBytes, randomInt } from 'node:crypto';
import type { Clock } from '../../core/ports/clock.ts';
import type { Random } from '../../core/ports/random.ts';

/** Crockford's base 32 in lower case: sorts like the numbers it stands for, has no l, o or u to misread. */
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

/** 48 bits of milliseconds in ten digits, as in a ULID (https://github.com/ulid/spec). */
const TIME_DIGITS = 10;
/** 80 bits of randomness in sixteen digits. */
const RANDOM_DIGITS = 16;
/** Random bytes are drawn for this many ids at once: a system call each would cost more than the id. */
const POOLED_IDS = 64;

/**
 * Randomness of the operating system. Ids are ULIDs with a prefix: unique across processes, and rising
 * within one even if the clock stands still or is set back.
 */
export class SystemRandom implements Random {
  readonly #clock: Clock;
  #pool: Uint8Array = new Uint8Array(0);
  #used = 0;
  #lastTime = -1;
  readonly #digits = new Uint8Array(RANDOM_DIGITS);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  next(): number {
    return randomInt(2 ** 48 - 1) / 2 ** 48;
  }

  id(prefix: string): string {
    const now = this.#clock.now();
    if (now > this.#lastTime) {
      this.#lastTime = now;
      this.#drawDigits();
    } else {
      this.#increment();
    }
    return `${prefix}_${encodeTime(this.#lastTime)}${this.#text()}`;
  }

  #drawDigits(): void {
    if (this.#used + RANDOM_DIGITS > this.#pool.length) {
      this.#pool = randomBytes(RANDOM_DIGITS * POOLED_IDS);
      this.#used = 0;
    }
    for (let i = 0; i < RANDOM_DIGITS; i++) this.#digits[i] = (this.#pool[this.#used + i] ?? 0) & 31;
    this.#used += RANDOM_DIGITS;
  }

  /** Another id within the millisecond follows the one before by one. */
  #increment(): void {
    for (let i = RANDOM_DIGITS - 1; i >= 0; i--) {
      const next = (this.#digits[i] ?? 0) + 1;
      this.#digits[i] = next & 31;
      if (next < 32) return;
    }
    // All digits were the highest: the next millisecond is taken early.
    this.#lastTime++;
  }

  #text(): string {
    let text = '';
    for (const digit of this.#digits) text += DIGITS[digit];
    return text;
  }
}

function encodeTime(ms: number): string {
  let text = '';
  let rest = ms;
  for (let i = 0; i < TIME_DIGITS; i++) {
    text = `${DIGITS[rest % 32]}${text}`;
    rest = Math.floor(rest / 32);
  }
  return text;
}
