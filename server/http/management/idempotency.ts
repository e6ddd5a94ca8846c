import { createHash } from 'node:crypto';
import { Bounded } from '../../core/bounded-map.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { RouterError } from '../../core/router-error.ts';

const MAX_REMEMBERED = 1000;
const REMEMBERED_MS = 24 * 3_600_000;
const VALID_KEY = /^[\x21-\x7e]{1,255}$/;

interface Remembered {
  readonly fingerprint: string;
  readonly at: number;
  readonly result: Promise<unknown>;
}

/**
 * Makes what is asked for with one `Idempotency-Key` once: a repeated call gets the first one's answer. Remembered in
 * memory only, since answers hold tokens: for a day, and no longer than the daemon runs.
 */
export class Idempotency {
  readonly #clock: Clock;
  readonly #calls = new Bounded<string, Remembered>(MAX_REMEMBERED);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Runs the action, or answers as it did before. One that fails is forgotten, so that it may be repeated. Throws
   * `RouterError`: `invalid_request` for what is no key, `conflict` for one that was used for another call.
   */
  run(key: string, manager: string, call: unknown, action: () => Promise<unknown>): Promise<unknown> {
    if (!VALID_KEY.test(key)) {
      throw new RouterError('invalid_request', 'An Idempotency-Key has 1 to 255 visible ASCII characters.');
    }
    const name = `${manager}\n${key}`;
    const fingerprint = createHash('sha256').update(JSON.stringify(call)).digest('hex');
    const now = this.#clock.now();
    const before = this.#calls.get(name);
    if (before && now - before.at < REMEMBERED_MS) {
      if (before.fingerprint === fingerprint) return before.result;
      const message =
        'This Idempotency-Key was used for another call. Take a new one for each thing to create.';
      throw new RouterError('conflict', message);
    }
    const result = action();
    this.#calls.set(name, { fingerprint, at: now, result });
    result.catch(() => this.#calls.delete(name));
    return result;
  }
}
