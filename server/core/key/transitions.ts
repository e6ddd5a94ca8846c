import type { CellState } from '../../../shared/model/states.ts';
import { RouterError } from '../router-error.ts';

/**
 * The changes that a cell may make. A limit that ended is never simply available again: real traffic tries it first
 * (recovering), or a person says so.
 */
const LEGAL: Readonly<Record<CellState, readonly CellState[]>> = {
  available: ['throttled', 'exhausted'],
  throttled: ['throttled', 'exhausted', 'recovering', 'available'],
  exhausted: ['exhausted', 'throttled', 'recovering', 'available'],
  recovering: ['available', 'throttled', 'exhausted'],
};

/** Throws `RouterError('internal')` for a change that no cell makes: the code that asked for it is wrong. */
export function assertLegal(from: CellState, to: CellState, owner: string): void {
  if (LEGAL[from].includes(to)) return;
  throw new RouterError('internal', `A cell of ${owner} can't go from ${from} to ${to}.`);
}
