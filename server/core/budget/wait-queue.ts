import type { Clock, Dispose } from '../ports/clock.ts';

/** How a wait ended: something was released, the time was up, or the caller left. */
export type WaitEnd = 'released' | 'elapsed' | 'gone';

/** Whoever waits for one counter; it keeps its place until it is admitted or leaves. */
interface Ticket {
  wake: ((end: WaitEnd) => void) | null;
  /** Something was released while its holder was trying. */
  missed: boolean;
}

/**
 * Requests that wait for money or quota which running ones hold, in the order in which they came. What is released
 * wakes the first; it passes on when it got through, so that a thousand that wait don't all try at once.
 */
export class WaitQueue {
  readonly #clock: Clock;
  readonly #tickets = new Map<string, Ticket[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes a place for a counter's subject; the place must be given back with `leave`. */
  enter(subject: string): Place {
    const tickets = this.#tickets.get(subject) ?? [];
    this.#tickets.set(subject, tickets);
    const ticket: Ticket = { wake: null, missed: false };
    tickets.push(ticket);
    return {
      wait: (delayMs, onGone) => this.#wait(ticket, delayMs, onGone),
      leave: () => this.#leave(subject, ticket),
    };
  }

  /** Something that was held on these subjects was released. */
  released(subjects: Iterable<string>): void {
    for (const subject of subjects) this.#wakeFirst(subject);
  }

  #wait(ticket: Ticket, delayMs: number, onGone: (listener: () => void) => Dispose): Promise<WaitEnd> {
    if (ticket.missed) {
      ticket.missed = false;
      return Promise.resolve('released');
    }
    return new Promise((resolve) => {
      let over = false;
      const disposals: Dispose[] = [];
      const end = (how: WaitEnd): void => {
        if (over) return;
        over = true;
        ticket.wake = null;
        for (const dispose of disposals) dispose();
        resolve(how);
      };
      ticket.wake = end;
      disposals.push(this.#clock.after(delayMs, () => end('elapsed')));
      const unlisten = onGone(() => end('gone'));
      if (over) unlisten();
      else disposals.push(unlisten);
    });
  }

  #leave(subject: string, ticket: Ticket): void {
    const tickets = this.#tickets.get(subject);
    const at = tickets?.indexOf(ticket) ?? -1;
    if (!tickets || at === -1) return;
    tickets.splice(at, 1);
    if (tickets.length === 0) this.#tickets.delete(subject);
    // What this one did not need, or left over, may be enough for the next.
    else if (at === 0) this.#wakeFirst(subject);
  }

  #wakeFirst(subject: string): void {
    const first = this.#tickets.get(subject)?.[0];
    if (!first) return;
    if (first.wake) first.wake('released');
    else first.missed = true;
  }
}

export interface Place {
  /** Waits for the next release, at most `delayMs`. */
  wait(delayMs: number, onGone: (listener: () => void) => Dispose): Promise<WaitEnd>;
  leave(): void;
}
