import assert from 'node:assert/strict';
import type { CounterUnit, Hold, Store } from '../../server/core/ports/store.ts';
import { CALLER, hold, reservation, settlement, state } from './store-samples.ts';

const UNITS: readonly CounterUnit[] = [
  'nano_usd',
  'requests',
  'input_tokens',
  'output_tokens',
  'total_tokens',
];

/** A counter of an account's quota. */
function quotaCounter(unit: CounterUnit, windowStart = 0) {
  return { subject: `quota:${unit}`, windowStart };
}

/** A slice of a rolling window of requests: the minute that it begins with and the two before it count. */
function slice(minute: number, parts: Partial<Hold> = {}): Hold {
  const earlierSlices = [minute - 1, minute - 2].filter((each) => each >= 0);
  return hold({
    ...quotaCounter('requests', minute),
    unit: 'requests',
    amount: 1,
    limit: 3,
    earlierSlices,
    ...parts,
  });
}

/** What every store promises of counters in units other than money, and of rolling windows. */
export function unitsContract(store: () => Store): void {
  const reserve = async (id: string, holds: readonly Hold[]) => {
    const [admission] = await store().reserveMany([reservation(id, { holds })]);
    assert.ok(admission);
    return admission;
  };
  const slices = async (...minutes: readonly number[]) => {
    const states = await store().counters(minutes.map((minute) => quotaCounter('requests', minute)));
    return states.map(({ spent, held }) => [spent, held]);
  };

  it('holds and books every unit on the counters of that unit', async () => {
    const holds = UNITS.map((unit, index) =>
      hold({ ...quotaCounter(unit), unit, amount: 10 + index, limit: 20 }),
    );
    const counters = () => store().counters(UNITS.map((unit) => quotaCounter(unit)));
    await reserve('a', holds);
    assert.deepEqual(
      await counters(),
      UNITS.map((unit, index) => state(quotaCounter(unit), { held: 10 + index })),
    );
    const amounts = { requests: 1, input_tokens: 70, output_tokens: 3, total_tokens: 73 };
    await store().settleMany([settlement('a', { costNano: 40, amounts })]);
    assert.deepEqual(
      await counters(),
      [40, 1, 70, 3, 73].map((spent, index) => state(quotaCounter(UNITS[index] ?? 'requests'), { spent })),
    );
  });

  it('books nothing on counters of a unit that the settlement does not name', async () => {
    await reserve('a', [hold(), slice(0)]);
    await store().settleMany([settlement('a')]);
    assert.deepEqual(await slices(0), [[0, 0]]);
    assert.deepEqual(await store().counters([CALLER]), [state(CALLER, { spent: 40 })]);
  });

  it('books once on a counter that was held twice', async () => {
    await reserve('a', [slice(0), slice(0)]);
    assert.deepEqual(await slices(0), [[0, 2]]);
    await store().settleMany([settlement('a', { amounts: { requests: 1 } })]);
    assert.deepEqual(await slices(0), [[1, 0]]);
  });

  it('says in which unit a limit was reached', async () => {
    const tokens = { ...quotaCounter('total_tokens'), unit: 'total_tokens' as const, limit: 500 };
    await reserve('a', [hold({ ...tokens, amount: 300 })]);
    await store().settleMany([settlement('a', { amounts: { total_tokens: 250 } })]);
    await reserve('b', [hold({ ...tokens, amount: 200 })]);
    assert.deepEqual(await reserve('c', [hold(), hold({ ...tokens, amount: 51 })]), {
      ok: false,
      code: 'insufficient',
      counter: quotaCounter('total_tokens'),
      unit: 'total_tokens',
      limit: 500,
      spent: 250,
      held: 200,
    });
    assert.deepEqual(await store().counters([CALLER]), [state(CALLER)]);
  });

  it('counts the earlier slices of a rolling window towards its limit, spent or held', async () => {
    await reserve('a', [slice(0)]);
    await store().settleMany([settlement('a', { amounts: { requests: 1 } })]);
    await reserve('b', [slice(1)]);
    await reserve('c', [slice(2)]);
    assert.deepEqual(await reserve('d', [slice(2)]), {
      ok: false,
      code: 'insufficient',
      counter: quotaCounter('requests', 2),
      unit: 'requests',
      limit: 3,
      spent: 1,
      held: 2,
    });
    assert.deepEqual(await reserve('d', [slice(3)]), { ok: true });
    assert.deepEqual(await slices(0, 1, 2, 3), [
      [1, 0],
      [0, 1],
      [0, 1],
      [0, 1],
    ]);
  });

  it('books on the slice in which the attempt was admitted', async () => {
    await reserve('a', [slice(0)]);
    await reserve('b', [slice(2)]);
    await store().settleMany([settlement('a', { at: 9999, amounts: { requests: 3 } })]);
    assert.deepEqual(await slices(0, 2), [
      [3, 0],
      [0, 1],
    ]);
    assert.equal((await reserve('c', [slice(2)])).ok, false);
    assert.equal((await reserve('c', [slice(3)])).ok, true);
  });

  it('counts all that one item holds on a rolling window, in whichever order', async () => {
    const both = [slice(0, { amount: 2, limit: null }), slice(1, { amount: 2 })];
    assert.equal((await reserve('a', both)).ok, false);
    assert.equal((await reserve('a', both.toReversed())).ok, false);
    const fitting = [slice(1, { amount: 2 }), slice(0, { limit: null })];
    assert.equal((await reserve('a', fitting)).ok, true);
  });

  it('refuses an amount that is not whole in any unit', async () => {
    const admission = await reserve('a', [hold(), slice(0, { amount: 0.5 })]);
    assert.equal(admission.ok ? 'ok' : admission.code, 'unavailable');
    assert.deepEqual(await store().counters([CALLER]), [state(CALLER)]);
  });
}
