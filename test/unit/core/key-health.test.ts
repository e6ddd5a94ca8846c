import assert from 'node:assert/strict';
import { KeyHealth } from '../../../server/core/key/key-health.ts';

describe('the health of a key', () => {
  it('remembers the models that were heard of last, whatever names requests bring', () => {
    const health = new KeyHealth();
    for (let index = 0; index < 1000; index++) {
      const family = `made-up-${index}`;
      health.record(family, 'failed');
      health.recordSpeed(family, 100, 100, 10);
      // One that is in use all the time.
      health.record('used', 'failed');
    }
    assert.deepEqual([health.isUntried('made-up-0'), health.isUntried('made-up-999')], [true, false]);
    assert.deepEqual([health.expectedMs('made-up-0'), health.expectedMs('made-up-999')], [null, 5100]);
    assert.ok(health.successRate('used') < 0.01);
  });
});
