import assert from 'node:assert/strict';
import { compareVersions } from '../../../shared/version.ts';

describe('versions', () => {
  for (const [older, newer] of [
    ['1.9.0', '1.10.0'],
    ['0.1.0', '0.1.1'],
    ['1.2', '1.2.1'],
    ['0.0.0-source', '0.1.0'],
    ['nonsense', '0.0.1'],
  ] as const) {
    it(`are compared as numbers: ${older} is older than ${newer}`, () => {
      assert.ok(compareVersions(older, newer) < 0);
      assert.ok(compareVersions(newer, older) > 0);
    });
  }

  it('are equal whatever their suffix and missing zeros', () => {
    assert.equal(compareVersions('1.2.0', '1.2'), 0);
    assert.equal(compareVersions('1.2.0-beta', '1.2.0'), 0);
  });
});
