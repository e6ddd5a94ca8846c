/**
 * Divides a whole amount in proportion to whole weights: the shares add up to it exactly, each is within one of its exact
 * proportion, and none is above its weight unless the amount is above all of them together. What is left over by
 * rounding goes to the largest remainders, of equal ones to the first. Weights of nothing get nothing: an amount without
 * any weight throws `RangeError`.
 */
export function apportion(amount: number, weights: readonly number[]): readonly number[] {
  const all = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  if (all === 0n) {
    if (amount === 0) return weights.map(() => 0);
    throw new RangeError('There is nothing to divide the amount by.');
  }
  const parts = weights.map((weight, index) => {
    const product = BigInt(amount) * BigInt(weight);
    return { index, share: Number(product / all), remainder: product % all };
  });
  const shares = parts.map(({ share }) => share);
  let left = amount - shares.reduce((sum, share) => sum + share, 0);
  const byRemainder = parts.toSorted((a, b) =>
    a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1,
  );
  for (const { index } of byRemainder) {
    if (left === 0) break;
    shares[index] = (shares[index] ?? 0) + 1;
    left--;
  }
  return shares;
}
