import type { Dispose } from '../ports/clock.ts';

/** What a view may have to read again. */
export type Changed = 'keys' | 'state' | 'requests' | 'limits';

/** Tells whoever shows something that it changed. Listeners must be quick; they throttle what they do. */
export class ChangeHub {
  readonly #listeners = new Set<(what: Changed) => void>();

  on(listener: (what: Changed) => void): Dispose {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(...changes: readonly Changed[]): void {
    for (const what of changes) for (const listener of this.#listeners) listener(what);
  }
}
