import type { Admission, CounterState, Hold, Reservation } from '../ports/store.ts';

/** What one counter has, in its unit. */
export type Balance = Pick<CounterState, 'spent' | 'held' | 'unknown'>;

/** A counter's balance; all zero where nothing was counted yet. */
export type BalanceOf = (subject: string, windowStart: number) => Balance;

/** A counter on which nothing was counted yet. */
export const NOTHING: Balance = { spent: 0, held: 0, unknown: 0 };

const ADMITTED: Admission = { ok: true };

/**
 * The rule by which every store admits: with all holds of the item taken, no limit of it may be passed by what is
 * spent, held and of unknown outcome on its counter and, for a rolling window, on the earlier slices. Pure; the
 * caller takes the holds in the same synchronous step, so that nothing comes between.
 * In a refusal `held` includes the holds of unknown outcome, since they bar the way as well.
 */
export function judgeReservation(item: Reservation, balanceOf: BalanceOf): Admission {
  if (!isAmount(item.amountNano) || !item.holds.every((hold) => isAmount(hold.amount))) {
    return { ok: false, code: 'unavailable', message: 'A reservation needs whole, non-negative amounts.' };
  }
  for (const hold of item.holds) {
    const { subject, windowStart, unit, limit, earlierSlices = [] } = hold;
    if (limit === null) continue;
    const own = balanceOf(subject, windowStart);
    let spent = own.spent;
    let held = own.held + own.unknown;
    for (const start of earlierSlices) {
      const slice = balanceOf(subject, start);
      spent += slice.spent;
      held += slice.held + slice.unknown;
    }
    if (spent + held + wanted(item.holds, hold) <= limit) continue;
    return { ok: false, code: 'insufficient', counter: { subject, windowStart }, unit, limit, spent, held };
  }
  return ADMITTED;
}

/** Whether a number can be an amount that is added exactly. */
export function isAmount(amount: number): boolean {
  return Number.isSafeInteger(amount) && amount >= 0;
}

/** What the whole item asks of the counters that one of its holds is limited by. */
function wanted(holds: readonly Hold[], { subject, windowStart, earlierSlices }: Hold): number {
  let sum = 0;
  for (const hold of holds) {
    if (hold.subject !== subject) continue;
    if (hold.windowStart === windowStart || earlierSlices?.includes(hold.windowStart)) sum += hold.amount;
  }
  return sum;
}
