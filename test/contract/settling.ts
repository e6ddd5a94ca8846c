import assert from 'node:assert/strict';
import type { Store } from '../../server/core/ports/store.ts';
import { CALLER, EVERYONE, reservation, settlement, state } from './store-samples.ts';

/** What every store promises of settlements. */
export function settlingContract(store: () => Store): void {
  const spent = async () => {
    const [caller] = await store().counters([CALLER]);
    return { spent: caller?.spent, held: caller?.held, unknown: caller?.unknown };
  };

  it('turns the hold into spend and keeps the entry', async () => {
    await store().reserveMany([reservation('a')]);
    await store().settleMany([settlement('a')]);
    assert.deepEqual(await spent(), { spent: 40, held: 0, unknown: 0 });
    const { at, holds, amountNano, ...identity } = reservation('a');
    const { costNano, costBasis, usage } = settlement('a');
    assert.equal(holds.length, 2);
    assert.deepEqual(await store().entries({ requestId: 'req_a', limit: 10 }), [
      {
        ...identity,
        reservedAt: at,
        reservedNano: amountNano,
        state: 'settled',
        settledAt: 2000,
        costNano,
        costBasis,
        usage,
      },
    ]);
  });

  it('books an attempt once, whatever a later settlement says', async () => {
    await store().reserveMany([reservation('a')]);
    await store().settleMany([settlement('a'), settlement('a', { costNano: 999 })]);
    await store().settleMany([settlement('a', { costNano: 5 })]);
    assert.deepEqual(await spent(), { spent: 40, held: 0, unknown: 0 });
  });

  it('ignores an attempt that was never reserved', async () => {
    await store().settleMany([settlement('nobody')]);
    assert.deepEqual(await store().entries({ limit: 10 }), []);
  });

  it('books a cost above the hold in full', async () => {
    await store().reserveMany([reservation('a')]);
    await store().settleMany([settlement('a', { costNano: 2500 })]);
    assert.deepEqual(await spent(), { spent: 2500, held: 0, unknown: 0 });
    const [next] = await store().reserveMany([reservation('b', { amountNano: 1 })]);
    assert.equal(next?.ok, false);
  });

  it('frees what was not used for the next attempt', async () => {
    await store().reserveMany([reservation('a', { amountNano: 1000 })]);
    await store().settleMany([settlement('a', { costNano: 0, costBasis: 'not_billed', usage: null })]);
    assert.deepEqual(await store().reserveMany([reservation('b', { amountNano: 1000 })]), [{ ok: true }]);
  });

  it('settles in the turn in which it was reserved', async () => {
    const reserved = store().reserveMany([reservation('a')]);
    await store().settleMany([settlement('a')]);
    assert.deepEqual(await reserved, [{ ok: true }]);
    assert.deepEqual(await spent(), { spent: 40, held: 0, unknown: 0 });
  });

  it('books all that an unseen answer may have cost where there is a limit, until it is corrected', async () => {
    const unseen = { costBasis: 'estimated', usage: null } as const;
    await store().reserveMany([reservation('a', { amountNano: 700 })]);
    await store().settleMany([settlement('a', { ...unseen, costNano: 50, mostNano: 700 })]);
    assert.deepEqual(await store().counters([CALLER, EVERYONE]), [
      state(CALLER, { spent: 700 }),
      state(EVERYONE, { spent: 50 }),
    ]);
    const [entry] = await store().entries({ limit: 1 });
    assert.deepEqual(
      [entry?.state, entry?.settledAt, entry?.costNano, entry?.costBasis],
      ['unknown', null, 50, 'estimated'],
    );
    const [refused] = await store().reserveMany([reservation('b', { amountNano: 301 })]);
    assert.equal(refused?.ok, false);

    await store().settleMany([settlement('a', { ...unseen, costNano: 60, mostNano: 800 })]);
    assert.deepEqual(await spent(), { spent: 800, held: 0, unknown: 0 });
    await store().settleMany([settlement('a'), settlement('a', { costNano: 999 })]);
    assert.deepEqual(await store().counters([CALLER, EVERYONE]), [
      state(CALLER, { spent: 40 }),
      state(EVERYONE, { spent: 40 }),
    ]);
    const [corrected] = await store().entries({ limit: 1 });
    assert.deepEqual([corrected?.state, corrected?.settledAt, corrected?.costNano], ['settled', 2000, 40]);
  });

  it('rejects what is no amount, and books the others of the call', async () => {
    await store().reserveMany([reservation('a'), reservation('b')]);
    await assert.rejects(store().settleMany([settlement('a', { costNano: -1 }), settlement('b')]));
    await assert.rejects(store().settleMany([settlement('a', { amounts: { requests: 0.5 } })]));
    await assert.rejects(store().settleMany([settlement('a', { mostNano: -1 })]));
    assert.deepEqual(await spent(), { spent: 40, held: 100, unknown: 0 });
  });

  it('keeps an attempt without holds in the ledger only', async () => {
    await store().reserveMany([reservation('a', { holds: [] })]);
    await store().settleMany([settlement('a')]);
    const [entry] = await store().entries({ limit: 1 });
    assert.equal(entry?.state, 'settled');
    assert.deepEqual(await spent(), { spent: 0, held: 0, unknown: 0 });
  });
}
