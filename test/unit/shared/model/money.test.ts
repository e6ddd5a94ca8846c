import assert from 'node:assert/strict';
import { formatUsd, nanoFromUsd } from '../../../../shared/model/money.ts';

describe('money', () => {
  it('is counted in whole billionths of a dollar', () => {
    assert.equal(nanoFromUsd(0.1), 100_000_000);
    assert.equal(nanoFromUsd(3.21), 3_210_000_000);
    assert.equal(nanoFromUsd(1e-9), 1);
    assert.equal(nanoFromUsd(4e-10), 0);
    assert.equal(nanoFromUsd(1_000_000), 1e15);
  });

  for (const [nano, text] of [
    [0, '$0'],
    [3_210_000_000, '$3.21'],
    [10_000_000, '$0.01'],
    [4_200_000, '$0.0042'],
    [123_456, '$0.00012'],
    [1_000, '$0.0000010'],
    [999, '<$0.000001'],
    [1_234_567_890_123, '$1234.57'],
  ] as const) {
    it(`is written ${text} for people`, () => assert.equal(formatUsd(nano), text));
  }
});
