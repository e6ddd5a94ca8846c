import { NANO_PER_USD, type NanoUsd } from '../../../shared/model/money.ts';
import { RouterError } from '../router-error.ts';

/** Dollars as people write them. Throws `RouterError('invalid_request')` for what is negative or too much to count. */
export function amountOfDollars(usd: number): NanoUsd {
  const nano = Math.round(usd * NANO_PER_USD);
  if (!Number.isSafeInteger(nano) || nano < 0) {
    throw new RouterError('invalid_request', `${usd} is no amount of dollars.`);
  }
  return nano;
}
