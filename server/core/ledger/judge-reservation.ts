import type { Admission, CounterAddress, Reservation } from '../ports/store.ts';

/** What one counter holds, in nano-USD. */
export interface Balance {
  readonly spentNano: number;
  readonly heldNano: number;
  readonly unknownNano: number;
}

const ADMITTED: Admission = { ok: true };

/**
 * The rule by which every store admits: each hold must fit beside what is spent, held and of unknown outcome on
 * its counter. Pure; the caller takes the holds in the same synchronous step, so that nothing comes between.
 * In a refusal `heldNano` includes the holds of unknown outcome, since they bar the way as well.
 */
export function judgeReservation(
  item: Reservation,
  balanceOf: (counter: CounterAddress) => Balance,
): Admission {
  if (!isAmount(item.amountNano) || !item.holds.every((hold) => isAmount(hold.amountNano))) {
    return { ok: false, code: 'unavailable', message: 'A reservation needs whole, non-negative amounts.' };
  }
  for (const [index, hold] of item.holds.entries()) {
    const { limitNano } = hold;
    if (limitNano === null) continue;
    const { spentNano, heldNano, unknownNano } = balanceOf(hold);
    let wanted = hold.amountNano;
    for (const earlier of item.holds.slice(0, index)) {
      if (sameCounter(earlier, hold)) wanted += earlier.amountNano;
    }
    if (spentNano + heldNano + unknownNano + wanted <= limitNano) continue;
    const counter = { subject: hold.subject, windowStart: hold.windowStart };
    return {
      ok: false,
      code: 'insufficient',
      counter,
      limitNano,
      spentNano,
      heldNano: heldNano + unknownNano,
    };
  }
  return ADMITTED;
}

/** Whether a number is an amount of nano-USD that can be added exactly. */
export function isAmount(nano: number): boolean {
  return Number.isSafeInteger(nano) && nano >= 0;
}

function sameCounter(one: CounterAddress, other: CounterAddress): boolean {
  return one.subject === other.subject && one.windowStart === other.windowStart;
}
