import { RouterError } from '../router-error.ts';
import type { Settlement } from '../ports/store.ts';
import type { HeldAmount } from './held-amounts.ts';
import { isAmount } from './judge-reservation.ts';

/** What a settlement books on the counter of a hold. */
export function bookedAmount(settlement: Settlement, { unit, limited }: HeldAmount): number {
  const { costNano, amounts, mostNano } = settlement;
  if (unit !== 'nano_usd') return amounts[unit] ?? 0;
  return limited && mostNano !== undefined ? Math.max(costNano, mostNano) : costNano;
}

/** Throws on a settlement that can't be booked exactly: it is a bug of whoever made it. */
export function checkSettlement({ costNano, amounts, mostNano = 0 }: Settlement): void {
  if (isAmount(costNano) && isAmount(mostNano) && Object.values(amounts).every(isAmount)) return;
  throw new RouterError('internal', 'A settlement needs whole, non-negative amounts.');
}
