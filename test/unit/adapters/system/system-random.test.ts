import assert from 'node:assert/strict';
import { SystemRandom } from '../../../../server/adapters/system/system-random.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

describe('SystemRandom', () => {
  it('gives numbers from zero to below one', () => {
    const random = new SystemRandom(new ManualClock());
    const numbers = Array.from({ length: 1000 }, () => random.next());
    assert.ok(numbers.every((number) => number >= 0 && number < 1));
    assert.ok(Math.max(...numbers) > 0.9 && Math.min(...numbers) < 0.1);
  });

  it('makes ids that name their kind and sort by their time', () => {
    const clock = new ManualClock();
    const random = new SystemRandom(clock);
    const ids: string[] = [];
    for (let i = 0; i < 2000; i++) {
      ids.push(random.id('req'));
      if (i % 7 === 0) clock.advance(1);
    }
    assert.match(ids[0] ?? '', /^req_[0-9a-hjkmnp-tv-z]{26}$/);
    assert.deepEqual([...ids].sort(), ids);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('keeps rising when the clock is set back', () => {
    let now = 2000;
    const random = new SystemRandom({ now: () => now, after: () => () => {} });
    const first = random.id('key');
    now = 1000;
    const second = random.id('key');
    now = 3000;
    assert.ok(first < second && second < random.id('key'));
  });

  it('differs between two instances in the same millisecond', () => {
    const clock = new ManualClock();
    assert.notEqual(new SystemRandom(clock).id('req'), new SystemRandom(clock).id('req'));
  });

  it('encodes the time as a ULID does', () => {
    // The example of https://github.com/ulid/spec: 01ARZ3NDEK is 1469922850259.
    const random = new SystemRandom(new ManualClock(1469922850259));
    assert.ok(random.id('req').startsWith('req_01arz3ndek'));
  });
});
