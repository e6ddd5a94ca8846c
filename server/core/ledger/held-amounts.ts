import type { Hold } from '../ports/store.ts';

/** What one attempt holds on one counter, and the unit in which its true amount will be booked there. */
export type HeldAmount = Pick<Hold, 'subject' | 'windowStart' | 'unit' | 'amount'>;

/** Two holds of one attempt on the same counter become one: what the attempt used counts there once. */
export function heldAmounts(holds: readonly Hold[]): readonly HeldAmount[] {
  const held: HeldAmount[] = [];
  for (const { subject, windowStart, unit, amount } of holds) {
    const index = held.findIndex((one) => one.subject === subject && one.windowStart === windowStart);
    const earlier = held[index];
    if (earlier) held[index] = { ...earlier, amount: earlier.amount + amount };
    else held.push({ subject, windowStart, unit, amount });
  }
  return held;
}
