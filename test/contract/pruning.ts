import assert from 'node:assert/strict';
import type { LogName, Store, UsedCounter } from '../../server/core/ports/store.ts';
import {
  audit,
  CALLER,
  EVERYONE,
  hold,
  reservation,
  settlement,
  state,
  trace,
  transition,
} from './store-samples.ts';

/** Nothing is too old, or too many. */
const ALL = { before: 0, most: 1000 };

/** What every store promises of forgetting. */
export function pruningContract(store: () => Store): void {
  /** Fills every log with entries of these times. */
  const fill = async (times: readonly number[]) => {
    for (const at of times) {
      await store().recordTrace(trace(`r${at}`, at, ['k1', 'k2']));
      await store().recordStates([], [transition('key:k1', at)]);
      await store().recordAudit(audit('budget:b1', at));
      await store().reserveMany([reservation(`a${at}`, { at, holds: [] })]);
      await store().settleMany([settlement(`a${at}`)]);
    }
  };
  const left: Readonly<Record<LogName, () => Promise<readonly number[]>>> = {
    traces: async () => (await store().listTraces({ limit: 99 })).map(({ startedAt }) => startedAt).reverse(),
    transitions: async () => (await store().transitions({ limit: 99 })).map(({ at }) => at).reverse(),
    audit: async () => (await store().listAudit({ limit: 99 })).map(({ at }) => at).reverse(),
    entries: async () => (await store().entries({ limit: 99 })).map(({ reservedAt }) => reservedAt),
  };

  for (const log of ['traces', 'transitions', 'audit', 'entries'] as const) {
    it(`forgets ${log} by age, the oldest first and no more at a time than asked`, async () => {
      await fill([1, 2, 3, 4, 5]);
      assert.equal(await store().pruneLog(log, ALL, 9), 0);
      const old = { before: 4, most: 1000 };
      assert.equal(await store().pruneLog(log, old, 2), 2);
      assert.deepEqual(await left[log](), [3, 4, 5]);
      assert.equal(await store().pruneLog(log, old, 2), 1);
      assert.equal(await store().pruneLog(log, old, 2), 0);
      assert.deepEqual(await left[log](), [4, 5]);
      for (const other of Object.keys(left) as LogName[]) {
        if (other !== log) assert.equal((await left[other]()).length, 5, `${other} are left alone`);
      }
    });

    it(`forgets ${log} beyond a number`, async () => {
      await fill([1, 2, 3, 4, 5]);
      assert.equal(await store().pruneLog(log, { before: 0, most: 2 }, 9), 3);
      assert.equal(await store().pruneLog(log, { before: 0, most: 2 }, 9), 0);
      assert.deepEqual(await left[log](), [4, 5]);
      await fill([6]);
      assert.equal(await store().pruneLog(log, { before: 0, most: 2 }, 9), 1);
      assert.deepEqual(await left[log](), [5, 6]);
    });
  }

  it('forgets recorded bodies with their trace', async () => {
    await fill([1, 2]);
    for (const id of ['r1', 'r2']) await store().recordBodies(id, Uint8Array.of(1), 1000);
    await store().pruneLog('traces', { before: 2, most: 1000 }, 9);
    assert.equal(await store().loadBodies('r1'), null);
    assert.deepEqual(await store().loadBodies('r2'), Uint8Array.of(1));
  });

  it('forgets a trace wherever it is found', async () => {
    await fill([1, 2]);
    await store().pruneLog('traces', { before: 2, most: 1000 }, 9);
    assert.equal(await store().findTrace('r1'), null);
    for (const keyId of ['k1', 'k2']) {
      const found = await store().listTraces({ keyId, limit: 9 });
      assert.deepEqual(
        found.map(({ requestId }) => requestId),
        ['r2'],
      );
    }
    assert.deepEqual(await store().listTraces({ limit: 9, beforeRequestId: 'r1' }), []);
  });

  it('keeps an attempt that still runs, and the money that it holds', async () => {
    await store().reserveMany([reservation('a', { at: 1 })]);
    await fill([2]);
    assert.equal(await store().pruneLog('entries', { before: 9, most: 1000 }, 9), 0);
    assert.deepEqual(await store().counters([CALLER]), [state(CALLER, { held: 100 })]);
    await store().settleMany([settlement('a')]);
    assert.deepEqual(await store().counters([CALLER]), [state(CALLER, { spent: 40 })]);
    assert.equal(await store().pruneLog('entries', { before: 9, most: 1000 }, 9), 2);
    assert.deepEqual(
      await store().counters([CALLER]),
      [state(CALLER, { spent: 40 })],
      'what was spent stays',
    );
    await store().settleMany([settlement('a')]);
    assert.deepEqual(await store().counters([CALLER]), [state(CALLER, { spent: 40 })]);
  });

  /** Books one nano-dollar on each of these windows of a subject. */
  const book = async (subject: string, windows: readonly number[], at = 2000) => {
    for (const windowStart of windows) {
      const id = `${subject} ${windowStart} ${at}`;
      await store().reserveMany([reservation(id, { holds: [hold({ subject, windowStart, limit: null })] })]);
      await store().settleMany([settlement(id, { at, costNano: 1 })]);
    }
  };
  const sweep = async (isOver: (counter: UsedCounter) => boolean, limit: number) => {
    const round = store().sweepCounters(isOver);
    let slices = 1;
    while ((await round.next(limit)) === 'more') slices++;
    return slices;
  };

  it('goes over all counters in slices, and says when each was used last', async () => {
    await book('quota:q', [1, 2, 3]);
    await book('budget:b#c', [0], 3000);
    await book('budget:b#c', [0], 4000);
    const seen: UsedCounter[] = [];
    const slices = await sweep((counter) => {
      seen.push(counter);
      return false;
    }, 2);
    assert.ok(slices >= 2 && slices <= 3, `${slices} slices of two`);
    assert.deepEqual(
      seen.toSorted(
        (one, other) => Number(one.usedAt) - Number(other.usedAt) || one.windowStart - other.windowStart,
      ),
      [
        ...[1, 2, 3].map((windowStart) => ({ subject: 'quota:q', windowStart, usedAt: 2000 })),
        { subject: 'budget:b#c', windowStart: 0, usedAt: 4000 },
      ],
    );
  });

  it('forgets counters that are over, and leaves the others as they are', async () => {
    await book('quota:q', [1, 2, 3, 4]);
    await book('quota:other', [1]);
    await sweep(({ subject, windowStart }) => subject === 'quota:q' && windowStart < 3, 1);
    const counters = [1, 2, 3, 4].map((windowStart) => ({ subject: 'quota:q', windowStart }));
    assert.deepEqual(
      (await store().counters(counters)).map(({ spent }) => spent),
      [0, 0, 1, 1],
    );
    const other = { subject: 'quota:other', windowStart: 1 };
    assert.deepEqual(await store().counters([other]), [state(other, { spent: 1 })]);
    const seen: string[] = [];
    await sweep((counter) => seen.push(`${counter.subject} ${counter.windowStart}`) < 0, 9);
    assert.deepEqual(seen.toSorted(), ['quota:other 1', 'quota:q 3', 'quota:q 4'], 'no row is left');
  });

  it('takes nothing off a counter that was forgotten when a cost is corrected later', async () => {
    await store().reserveMany([reservation('a', { amountNano: 700 })]);
    await store().settleMany([settlement('a', { costNano: 50, mostNano: 700 })]);
    await sweep(() => true, 9);
    await store().settleMany([settlement('a')]);
    assert.deepEqual(await store().counters([CALLER, EVERYONE]), [state(CALLER), state(EVERYONE)]);
    const [tooMuch] = await store().reserveMany([reservation('b', { amountNano: 1001 })]);
    assert.equal(tooMuch?.ok, false);
  });

  it('forgets attempts whose outcome nobody saw like those that are settled', async () => {
    await store().reserveMany([reservation('a'), reservation('b')]);
    await store().settleMany([settlement('a', { mostNano: 100 }), settlement('b')]);
    assert.equal(await store().pruneLog('entries', { before: 9000, most: 1000 }, 9), 2);
    assert.deepEqual(await store().entries({ limit: 9 }), []);
    assert.equal((await store().counters([CALLER]))[0]?.spent, 140);
  });

  it('keeps counters on which something is held, and what is booked in the same turn', async () => {
    await book(CALLER.subject, [CALLER.windowStart]);
    await store().reserveMany([reservation('a')]);
    const round = store().sweepCounters(() => true);
    await Promise.all([round.next(9), store().settleMany([settlement('a')])]);
    assert.deepEqual(await store().counters([CALLER]), [state(CALLER, { spent: 41 })]);
    await store().reserveMany([reservation('b')]);
    await sweep(() => true, 9);
    assert.deepEqual(
      (await store().counters([CALLER, EVERYONE])).map(({ held }) => held),
      [100, 100],
    );
    await store().settleMany([settlement('b')]);
    assert.equal((await store().counters([CALLER]))[0]?.held, 0);
  });

  it('forgets alerts by name', async () => {
    const names = ['budget:b1 0 0.5', 'budget:b1 0 0.8', 'budget:b2 0 0.8'];
    for (const name of names) await store().saveAlert(name);
    await store().forgetAlerts(['budget:b1 0 0.5', 'budget:b2 0 0.8', 'budget:nobody 0 1']);
    assert.deepEqual((await store().loadRegistry()).alerts, ['budget:b1 0 0.8']);
    await store().forgetAlerts([]);
  });
}
