import type { NanoUsd } from '../../../shared/model/money.ts';

/** How many decimal places a unit is above the nano-dollar. */
export const DOLLARS = 9;
export const CENTS = 7;

const DECIMAL = /^(-?)(\d{1,20})(?:\.(\d{1,60}))?(?:e([+-]?\d{1,2}))?$/i;

/**
 * An amount of money as providers write it: a decimal text or a JSON number. Exact, rounded half away from zero to the
 * nano-dollar once; `null` for what is no amount, or more than can be counted.
 */
export function readAmount(value: unknown, unit: typeof DOLLARS | typeof CENTS): NanoUsd | null {
  const text = typeof value === 'number' ? String(value) : value;
  const found = typeof text === 'string' ? DECIMAL.exec(text) : null;
  if (!found) return null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = found;
  const digits = BigInt(whole + fraction);
  const places = unit + Number(exponent) - fraction.length;
  const divisor = 10n ** BigInt(Math.max(0, -places));
  const rounded = (digits * 10n ** BigInt(Math.max(0, places)) + divisor / 2n) / divisor;
  const nano = Number(rounded);
  if (!Number.isSafeInteger(nano)) return null;
  return sign === '-' && nano > 0 ? -nano : nano;
}
