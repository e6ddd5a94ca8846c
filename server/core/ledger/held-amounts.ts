import type { Hold } from '../ports/store.ts';

/** What one attempt holds on one counter, and the unit in which its true amount will be booked there. */
export interface HeldAmount extends Pick<Hold, 'subject' | 'windowStart' | 'unit' | 'amount'> {
  /** The counter had a limit: what may have been billed is never released there. */
  readonly limited: boolean;
}

/** Two holds of one attempt on the same counter become one: what the attempt used counts there once. */
export function heldAmounts(holds: readonly Hold[]): readonly HeldAmount[] {
  const held: HeldAmount[] = [];
  for (const { subject, windowStart, unit, amount, limit } of holds) {
    const limited = limit !== null;
    const index = held.findIndex((one) => one.subject === subject && one.windowStart === windowStart);
    const earlier = held[index];
    if (earlier) {
      held[index] = { ...earlier, amount: earlier.amount + amount, limited: earlier.limited || limited };
    } else held.push({ subject, windowStart, unit, amount, limited });
  }
  return held;
}
