import assert from 'node:assert/strict';
import { ManualClock } from '../../support/manual-clock.ts';

describe('ManualClock', () => {
  it('runs timers in the order of their time, at their time', () => {
    const clock = new ManualClock(0);
    const seen: string[] = [];
    clock.after(20, () => seen.push(`b${clock.now()}`));
    clock.after(10, () => {
      seen.push(`a${clock.now()}`);
      clock.after(5, () => seen.push(`n${clock.now()}`));
    });
    clock.after(20, () => seen.push(`c${clock.now()}`));
    clock.after(31, () => seen.push('late'));
    clock.advance(30);
    assert.deepEqual(seen, ['a10', 'n15', 'b20', 'c20']);
    assert.equal(clock.now(), 30);
    assert.equal(clock.pending, 1);
  });

  it('forgets a timer that was cancelled', () => {
    const clock = new ManualClock(0);
    clock.after(1, () => assert.fail())();
    clock.advance(5);
    assert.equal(clock.pending, 0);
  });
});
