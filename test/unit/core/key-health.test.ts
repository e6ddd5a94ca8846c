import assert from 'node:assert/strict';
import { KeyHealth } from '../../../server/core/key/key-health.ts';

const NOW = 1_000_000;
const MINUTE_MS = 60_000;

describe('the health of a key', () => {
  it('remembers the models that were heard of last, whatever names requests bring', () => {
    const health = new KeyHealth();
    for (let index = 0; index < 1000; index++) {
      const family = `made-up-${index}`;
      health.record(family, 'failed', NOW);
      health.recordSpeed(family, { firstMs: 100, restMs: 100, outputTokens: 10, now: NOW });
      // One that is in use all the time.
      health.record('used', 'failed', NOW);
    }
    assert.deepEqual([health.isUntried('made-up-0'), health.isUntried('made-up-999')], [true, false]);
    assert.deepEqual(
      [health.expectedMs('made-up-0', NOW), health.expectedMs('made-up-999', NOW)],
      [null, 5100],
    );
    assert.ok(health.successRate('used', NOW) < 0.01);
  });

  it('forgets failures and speed that were long ago', () => {
    const health = new KeyHealth();
    const rate = (minutes: number): number => health.successRate('m', NOW + minutes * MINUTE_MS);
    const untried = rate(0);
    for (let count = 0; count < 20; count++) health.record('m', 'failed', NOW);
    health.recordSpeed('m', { firstMs: 100, restMs: 100, outputTokens: 10, now: NOW });
    assert.ok(rate(0) < 0.15);
    // Half of the way back after the half-life.
    assert.ok(Math.abs(rate(10) - (untried + rate(0)) / 2) < 1e-9);
    assert.ok(untried - rate(120) < 0.001);
    assert.equal(health.expectedMs('m', NOW + 29 * MINUTE_MS), 5100);
    assert.equal(health.expectedMs('m', NOW + 31 * MINUTE_MS), null);
  });
});
