/** Money: integer billionths of a US dollar, exact up to about nine million dollars. */
export type NanoUsd = number;

export const NANO_PER_USD = 1_000_000_000;

/** Rounds an amount in dollars to the nearest nano-dollar. */
export function nanoFromUsd(usd: number): NanoUsd {
  return Math.round(usd * NANO_PER_USD);
}

/** Dollars, for people and programs outside; never used for arithmetic. */
export function usdFromNano(nano: NanoUsd): number {
  return nano / NANO_PER_USD;
}

/** For people: `$3.21`, `$0.0042`, `$0`. Never used for arithmetic. */
export function formatUsd(nano: NanoUsd): string {
  const usd = nano / NANO_PER_USD;
  if (usd === 0) return '$0';
  const absolute = Math.abs(usd);
  if (absolute >= 0.01) return `$${usd.toFixed(2)}`;
  if (absolute >= 0.000_001) return `$${usd.toPrecision(2)}`;
  return usd > 0 ? '<$0.000001' : '>-$0.000001';
}
