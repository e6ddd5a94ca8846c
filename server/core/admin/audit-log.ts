import type { Clock } from '../ports/clock.ts';
import type { History } from '../ports/store.ts';

/** Writes down who changed what. What is given must not hold secrets. */
export class AuditLog {
  readonly #store: Pick<History, 'recordAudit'>;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(parts: { readonly store: Pick<History, 'recordAudit'>; readonly clock: Pick<Clock, 'now'> }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
  }

  /** `before` and `after` are JSON values, `null` for what was not there. Rejects if the store can't write. */
  record(change: {
    readonly actor: string;
    readonly action: string;
    readonly target: string;
    readonly before: unknown;
    readonly after: unknown;
  }): Promise<void> {
    return this.#store.recordAudit({ at: this.#clock.now(), ...change });
  }
}
