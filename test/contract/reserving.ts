import assert from 'node:assert/strict';
import type { Store } from '../../server/core/ports/store.ts';
import { CALLER, EVERYONE, hold, holdsOf, reservation, settlement, state } from './store-samples.ts';

/** What every store promises of admissions. */
export function reservingContract(store: () => Store): void {
  const spent = async () => {
    const [caller] = await store().counters([CALLER]);
    return { spent: caller?.spent, held: caller?.held, unknown: caller?.unknown };
  };

  it('holds the amount on every counter', async () => {
    assert.deepEqual(await store().reserveMany([reservation('a')]), [{ ok: true }]);
    assert.deepEqual(await store().counters([EVERYONE, CALLER]), [
      state(EVERYONE, { held: 100 }),
      state(CALLER, { held: 100 }),
    ]);
  });

  it('admits up to the limit and says what was missing beyond it', async () => {
    const items = [700, 300, 1].map((amountNano, index) => reservation(`a${index}`, { amountNano }));
    assert.deepEqual(await store().reserveMany(items), [
      { ok: true },
      { ok: true },
      {
        ok: false,
        code: 'insufficient',
        counter: CALLER,
        unit: 'nano_usd',
        limit: 1000,
        spent: 0,
        held: 1000,
      },
    ]);
  });

  it('takes nothing for an item of which one hold does not fit', async () => {
    const holds = [...holdsOf(100, 1000), hold({ ...EVERYONE, amount: 1, limit: 50 })];
    const [admission] = await store().reserveMany([reservation('a', { holds })]);
    assert.equal(admission?.ok, false);
    assert.deepEqual(await spent(), { spent: 0, held: 0, unknown: 0 });
    assert.deepEqual(await store().entries({ limit: 10 }), []);
  });

  it('adds up two holds of one item on the same counter', async () => {
    const most = hold({ amount: 600 });
    const [both] = await store().reserveMany([reservation('a', { holds: [most, most] })]);
    assert.equal(both?.ok, false);
    const half = hold({ amount: 500 });
    assert.deepEqual(await store().reserveMany([reservation('b', { holds: [half, half] })]), [{ ok: true }]);
    assert.deepEqual(await spent(), { spent: 0, held: 1000, unknown: 0 });
    await store().settleMany([settlement('b', { costNano: 70 })]);
    assert.deepEqual(await spent(), { spent: 70, held: 0, unknown: 0 });
  });

  it('admits by the strictest of two limits on one counter, in whichever order they stand', async () => {
    const strict = hold({ amount: 300, limit: 500 });
    const loose = hold({ amount: 300 });
    const [first, second] = await store().reserveMany([
      reservation('a', { holds: [strict, loose] }),
      reservation('b', { holds: [loose, strict] }),
    ]);
    assert.deepEqual([first?.ok, second?.ok], [false, false]);
    assert.deepEqual(await spent(), { spent: 0, held: 0, unknown: 0 });
  });

  it('judges every item by itself: a second attempt of one id, or half a nano-dollar, fails alone', async () => {
    const items = [
      reservation('a'),
      reservation('a'),
      reservation('b', { amountNano: 0.5 }),
      reservation('c'),
    ];
    const admissions = await store().reserveMany(items);
    assert.deepEqual(
      admissions.map((admission) => (admission.ok ? 'ok' : admission.code)),
      ['ok', 'unavailable', 'unavailable', 'ok'],
    );
    assert.deepEqual(await spent(), { spent: 0, held: 200, unknown: 0 });
  });

  it('gives the calls of one turn their limit in the order in which they came', async () => {
    const calls = ['a', 'b', 'c'].map((id) => store().reserveMany([reservation(id, { amountNano: 400 })]));
    const admissions = (await Promise.all(calls)).flat();
    assert.deepEqual(
      admissions.map(({ ok }) => ok),
      [true, true, false],
    );
  });

  it('counts one subject apart in each window', async () => {
    const tomorrow = { ...CALLER, windowStart: CALLER.windowStart * 2 };
    await store().reserveMany([reservation('a', { amountNano: 1000 })]);
    const holds = [hold({ ...tomorrow, amount: 1000 })];
    assert.deepEqual(await store().reserveMany([reservation('b', { holds })]), [{ ok: true }]);
  });

  it('answers an empty call', async () => {
    assert.deepEqual(await store().reserveMany([]), []);
    await store().settleMany([]);
  });
}
