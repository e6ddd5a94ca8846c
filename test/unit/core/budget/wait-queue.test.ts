import assert from 'node:assert/strict';
import { WaitQueue } from '../../../../server/core/budget/wait-queue.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

const SUBJECT = 'budget:b';
type OnGone = (listener: () => void) => () => void;
const stays: OnGone = () => () => undefined;
/** Lets whoever was woken act. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('WaitQueue', () => {
  let clock: ManualClock;
  let queue: WaitQueue;
  let ended: string[];

  beforeEach(() => {
    clock = new ManualClock();
    queue = new WaitQueue(clock);
    ended = [];
  });

  /** Waits once, writes down how it ended, and leaves. */
  async function wait(name: string, delayMs: number, onGone = stays): Promise<void> {
    const place = queue.enter(SUBJECT);
    ended.push(`${name} ${await place.wait(delayMs, onGone)}`);
    place.leave();
  }

  it('serves those that wait in the order in which they came', async () => {
    const all = ['a', 'b', 'c'].map((name) => wait(name, 1000));
    queue.released([SUBJECT]);
    await Promise.all(all);
    assert.deepEqual(ended, ['a released', 'b released', 'c released']);
  });

  it('wakes the next only when the first has left', async () => {
    const first = queue.enter(SUBJECT);
    const waited = first.wait(1000, stays);
    const second = wait('b', 1000);
    queue.released([SUBJECT]);
    assert.equal(await waited, 'released');
    await turn();
    assert.deepEqual(ended, []);
    first.leave();
    await second;
    assert.deepEqual(ended, ['b released']);
  });

  it('keeps the place of one that tries again, and what it missed while it tried', async () => {
    const first = queue.enter(SUBJECT);
    const waited = first.wait(1000, stays);
    void wait('b', 1000);
    queue.released([SUBJECT]);
    await waited;
    // It tries in vain, and something is released meanwhile.
    queue.released([SUBJECT]);
    assert.equal(await first.wait(1000, stays), 'released');
    await turn();
    assert.deepEqual(ended, []);
  });

  it('waits no longer than it was told to', async () => {
    const waiting = wait('a', 1000);
    clock.advance(999);
    await turn();
    assert.deepEqual(ended, []);
    clock.advance(1);
    await waiting;
    assert.deepEqual(ended, ['a elapsed']);
    assert.equal(clock.pending, 0);
  });

  it('gives the turn of a caller that left to the next', async () => {
    const listeners: (() => void)[] = [];
    const leaves: OnGone = (listener) => {
      listeners.push(listener);
      return () => undefined;
    };
    const all = [wait('a', 1000, leaves), wait('b', 1000)];
    for (const listener of listeners) listener();
    await all[0];
    await all[1];
    assert.deepEqual(ended, ['a gone', 'b released']);
    assert.equal(clock.pending, 0, 'nobody is waited for any more');
  });

  it('ends at once for a caller that is gone already', async () => {
    const gone: OnGone = (listener) => {
      listener();
      return () => undefined;
    };
    await wait('a', 1000, gone);
    assert.deepEqual(ended, ['a gone']);
    assert.equal(clock.pending, 0);
  });

  it('keeps subjects apart', async () => {
    const waiting = wait('a', 1000);
    queue.released(['budget:other']);
    await turn();
    assert.deepEqual(ended, []);
    queue.released([SUBJECT]);
    await waiting;
  });
});
