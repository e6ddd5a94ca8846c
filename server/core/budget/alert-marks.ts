import type { CounterAddress, Store, UsedCounter } from '../ports/store.ts';

/** Says what has ended. */
interface AlertLifetime {
  isOver(counter: UsedCounter): boolean;
  isConversation(subject: string): boolean;
}

/** Which alerts were given, each about a counter's window: none is given twice, also over restarts. */
export class AlertMarks {
  readonly #store: Pick<Store, 'counters' | 'saveAlert' | 'forgetAlerts'>;
  readonly #given: Set<string>;

  constructor(store: Pick<Store, 'counters' | 'saveAlert' | 'forgetAlerts'>, given: readonly string[]) {
    this.#store = store;
    this.#given = new Set(given);
  }

  /** Whether an alert of this kind was given for the window, or for an earlier slice that still counts. */
  has(window: AlertWindow, kind: string | number): boolean {
    return namesOf(window, kind).some((name) => this.#given.has(name));
  }

  /** Marks an alert as given; `false` if it was already. Rejects if the store can't write. */
  async first(window: AlertWindow, kind: string | number): Promise<boolean> {
    if (this.has(window, kind)) return false;
    const name = nameOf(window.subject, window.windowStart, kind);
    this.#given.add(name);
    await this.#store.saveAlert(name);
    return true;
  }

  /**
   * Goes over the marks of given alerts, and forgets those of windows that have ended and of conversations whose counter
   * was forgotten: nothing can reach their thresholds any more.
   */
  forget(lifetime: AlertLifetime): {
    readonly next: (limit: number) => Promise<'more' | 'done'>;
  } {
    const names = [...this.#given];
    const next = async (limit: number): Promise<'more' | 'done'> => {
      const looked = names.splice(0, limit);
      const over = await this.#over(looked, lifetime);
      if (over.length > 0) await this.#store.forgetAlerts(over);
      for (const name of over) this.#given.delete(name);
      return names.length > 0 ? 'more' : 'done';
    };
    return { next };
  }

  async #over(names: readonly string[], lifetime: AlertLifetime): Promise<readonly string[]> {
    const addresses = names.map(addressIn);
    const counters = await this.#store.counters(addresses);
    return names.filter((_, index) => {
      const address = addresses[index];
      if (!address) return false;
      const isGone = lifetime.isConversation(address.subject) && counters[index]?.spent === 0;
      return isGone || lifetime.isOver({ ...address, usedAt: null });
    });
  }
}

/** The window that an alert is about; a rolling one has earlier slices. */
export interface AlertWindow extends CounterAddress {
  readonly earlierSlices?: readonly number[];
}

/** What an alert is remembered by now, then what one within the same window may have been given under. */
function namesOf({ subject, windowStart, earlierSlices = [] }: AlertWindow, kind: string | number): string[] {
  return [windowStart, ...earlierSlices].map((start) => nameOf(subject, start, kind));
}

/** A kind is one word, a threshold its share. */
function nameOf(subject: string, start: number, kind: string | number): string {
  return `${subject} ${start} ${kind}`;
}

/** The counter in an alert's name. Subjects may have spaces in them. */
function addressIn(name: string): CounterAddress {
  const parts = name.split(' ');
  return { subject: parts.slice(0, -2).join(' '), windowStart: Number(parts.at(-2)) };
}
