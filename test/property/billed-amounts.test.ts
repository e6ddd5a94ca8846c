import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { apportion } from '../../server/core/reconciliation/apportion.ts';
import { CENTS, DOLLARS, readAmount } from '../../server/providers/billing/decimal-amount.ts';

const nano = fc.integer({ min: 0, max: 9_000_000_000_000 });

describe('an amount that is divided', () => {
  /** Weights, and an amount that is at most all of them together. */
  const division = fc
    .array(nano, { minLength: 1, maxLength: 40 })
    .chain((weights) =>
      fc.tuple(fc.constant(weights), fc.integer({ min: 0, max: weights.reduce((a, b) => a + b, 0) })),
    );

  it('is the sum of its shares, none of them above its weight or far from its proportion', () => {
    fc.assert(
      fc.property(division, ([weights, amount]) => {
        const shares = apportion(amount, weights);
        assert.equal(
          shares.reduce((sum, share) => sum + share, 0),
          amount,
        );
        const all = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
        shares.forEach((share, index) => {
          const weight = weights[index] ?? 0;
          assert.ok(Number.isSafeInteger(share) && share >= 0 && share <= weight);
          const off = BigInt(share) * all - BigInt(amount) * BigInt(weight);
          assert.ok(off < all || all === 0n);
          assert.ok(-off < all || all === 0n);
        });
      }),
    );
  });

  it('can not be divided by nothing', () => {
    assert.deepEqual(apportion(0, [0, 0]), [0, 0]);
    assert.throws(() => apportion(1, [0, 0]), RangeError);
  });
});

describe('an amount as a provider writes it', () => {
  const text = (value: number, places: number): string => {
    const digits = String(value).padStart(places + 1, '0');
    return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  };

  it('is read exactly, in dollars and in cents', () => {
    fc.assert(
      fc.property(nano, (value) => {
        assert.equal(readAmount(text(value, 9), DOLLARS), value);
        assert.equal(readAmount(text(value, 7), CENTS), value);
        if (value > 0) assert.equal(readAmount(`-${text(value, 9)}`, DOLLARS), -value);
      }),
    );
  });

  it('may be a number of any size that JSON has', () => {
    for (const [value, wanted] of [
      [0.06, 60_000_000],
      [1e-7, 100],
      [1.5e-10, 0],
      [5e-10, 1],
      ['0.0000000005', 1],
      ['0.00000000049999999999999999999999999', 0],
      ['1e2', 100_000_000_000],
      [1e21, null],
      [Number.NaN, null],
      ['', null],
      ['1,5', null],
      ['0x10', null],
      ['1e999', null],
      [null, null],
    ] as const) {
      assert.equal(readAmount(value, DOLLARS), wanted, String(value));
    }
  });
});
