import { RouterError } from '../router-error.ts';
import type { CounterUnit, Settlement } from '../ports/store.ts';
import { isAmount } from './judge-reservation.ts';

/** What a settlement books on a counter of a unit. */
export function bookedAmount({ costNano, amounts }: Settlement, unit: CounterUnit): number {
  return unit === 'nano_usd' ? costNano : (amounts[unit] ?? 0);
}

/** Throws on a settlement that can't be booked exactly: it is a bug of whoever made it. */
export function checkSettlement({ costNano, amounts }: Settlement): void {
  if (isAmount(costNano) && Object.values(amounts).every(isAmount)) return;
  throw new RouterError('internal', 'A settlement needs whole, non-negative amounts.');
}
