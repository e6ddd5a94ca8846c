import assert from 'node:assert/strict';
import type { Store } from '../../server/core/ports/store.ts';
import {
  CALLER,
  cell,
  EVERYONE,
  holdsOf,
  key,
  provider,
  reservation,
  settlement,
  trace,
  transition,
  virtualKey,
} from './store-samples.ts';

/** A new, empty store; `dispose` closes it and removes what it left. */
export interface OpenedStore {
  readonly store: Store;
  readonly dispose: () => Promise<void>;
}

/** What every store promises. Run once for each of them. */
export function storeContract(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name} as a store`, () => {
    let store: Store;
    let dispose: () => Promise<void>;

    beforeEach(async () => {
      ({ store, dispose } = await open());
    });
    afterEach(() => dispose());

    const spent = async () => {
      const [caller] = await store.counters([CALLER]);
      return { spent: caller?.spentNano, held: caller?.heldNano, unknown: caller?.unknownNano };
    };

    describe('reserving', () => {
      it('holds the amount on every counter', async () => {
        assert.deepEqual(await store.reserveMany([reservation('a')]), [{ ok: true }]);
        assert.deepEqual(await store.counters([EVERYONE, CALLER]), [
          { ...EVERYONE, spentNano: 0, heldNano: 100, unknownNano: 0 },
          { ...CALLER, spentNano: 0, heldNano: 100, unknownNano: 0 },
        ]);
      });

      it('admits up to the limit and says what was missing beyond it', async () => {
        const items = [700, 300, 1].map((amountNano, index) => reservation(`a${index}`, { amountNano }));
        assert.deepEqual(await store.reserveMany(items), [
          { ok: true },
          { ok: true },
          { ok: false, code: 'insufficient', counter: CALLER, limitNano: 1000, spentNano: 0, heldNano: 1000 },
        ]);
      });

      it('takes nothing for an item of which one hold does not fit', async () => {
        const holds = [...holdsOf(100, 1000), { ...EVERYONE, amountNano: 1, limitNano: 50 }];
        const [admission] = await store.reserveMany([reservation('a', { holds })]);
        assert.equal(admission?.ok, false);
        assert.deepEqual(await spent(), { spent: 0, held: 0, unknown: 0 });
        assert.deepEqual(await store.entries({ limit: 10 }), []);
      });

      it('adds up two holds of one item on the same counter', async () => {
        const hold = { ...CALLER, amountNano: 600, limitNano: 1000 };
        const [both] = await store.reserveMany([reservation('a', { holds: [hold, hold] })]);
        assert.equal(both?.ok, false);
        const half = { ...hold, amountNano: 500 };
        assert.deepEqual(await store.reserveMany([reservation('b', { holds: [half, half] })]), [
          { ok: true },
        ]);
        assert.deepEqual(await spent(), { spent: 0, held: 1000, unknown: 0 });
        await store.settleMany([settlement('b', { costNano: 70 })]);
        assert.deepEqual(await spent(), { spent: 70, held: 0, unknown: 0 });
      });

      it('judges every item by itself: a second attempt of one id, or half a nano-dollar, fails alone', async () => {
        const items = [
          reservation('a'),
          reservation('a'),
          reservation('b', { amountNano: 0.5 }),
          reservation('c'),
        ];
        const admissions = await store.reserveMany(items);
        assert.deepEqual(
          admissions.map((admission) => (admission.ok ? 'ok' : admission.code)),
          ['ok', 'unavailable', 'unavailable', 'ok'],
        );
        assert.deepEqual(await spent(), { spent: 0, held: 200, unknown: 0 });
      });

      it('gives the calls of one turn their limit in the order in which they came', async () => {
        const calls = ['a', 'b', 'c'].map((id) => store.reserveMany([reservation(id, { amountNano: 400 })]));
        const admissions = (await Promise.all(calls)).flat();
        assert.deepEqual(
          admissions.map(({ ok }) => ok),
          [true, true, false],
        );
      });

      it('counts one subject apart in each window', async () => {
        const tomorrow = { ...CALLER, windowStart: CALLER.windowStart * 2 };
        await store.reserveMany([reservation('a', { amountNano: 1000 })]);
        const holds = [{ ...tomorrow, amountNano: 1000, limitNano: 1000 }];
        assert.deepEqual(await store.reserveMany([reservation('b', { holds })]), [{ ok: true }]);
      });

      it('answers an empty call', async () => {
        assert.deepEqual(await store.reserveMany([]), []);
        await store.settleMany([]);
      });
    });

    describe('settling', () => {
      it('turns the hold into spend and keeps the entry', async () => {
        await store.reserveMany([reservation('a')]);
        await store.settleMany([settlement('a')]);
        assert.deepEqual(await spent(), { spent: 40, held: 0, unknown: 0 });
        const { at, holds, amountNano, ...identity } = reservation('a');
        const { costNano, costBasis, usage } = settlement('a');
        assert.equal(holds.length, 2);
        assert.deepEqual(await store.entries({ requestId: 'req_a', limit: 10 }), [
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
        await store.reserveMany([reservation('a')]);
        await store.settleMany([settlement('a'), settlement('a', { costNano: 999 })]);
        await store.settleMany([settlement('a', { costNano: 5 })]);
        assert.deepEqual(await spent(), { spent: 40, held: 0, unknown: 0 });
      });

      it('ignores an attempt that was never reserved', async () => {
        await store.settleMany([settlement('nobody')]);
        assert.deepEqual(await store.entries({ limit: 10 }), []);
      });

      it('books a cost above the hold in full', async () => {
        await store.reserveMany([reservation('a')]);
        await store.settleMany([settlement('a', { costNano: 2500 })]);
        assert.deepEqual(await spent(), { spent: 2500, held: 0, unknown: 0 });
        const [next] = await store.reserveMany([reservation('b', { amountNano: 1 })]);
        assert.equal(next?.ok, false);
      });

      it('frees what was not used for the next attempt', async () => {
        await store.reserveMany([reservation('a', { amountNano: 1000 })]);
        await store.settleMany([settlement('a', { costNano: 0, costBasis: 'not_billed', usage: null })]);
        assert.deepEqual(await store.reserveMany([reservation('b', { amountNano: 1000 })]), [{ ok: true }]);
      });

      it('settles in the turn in which it was reserved', async () => {
        const reserved = store.reserveMany([reservation('a')]);
        await store.settleMany([settlement('a')]);
        assert.deepEqual(await reserved, [{ ok: true }]);
        assert.deepEqual(await spent(), { spent: 40, held: 0, unknown: 0 });
      });

      it('rejects a cost that is no amount, and books the others of the call', async () => {
        await store.reserveMany([reservation('a'), reservation('b')]);
        await assert.rejects(store.settleMany([settlement('a', { costNano: -1 }), settlement('b')]));
        assert.deepEqual(await spent(), { spent: 40, held: 100, unknown: 0 });
      });

      it('keeps an attempt without holds in the ledger only', async () => {
        await store.reserveMany([reservation('a', { holds: [] })]);
        await store.settleMany([settlement('a')]);
        const [entry] = await store.entries({ limit: 1 });
        assert.equal(entry?.state, 'settled');
        assert.deepEqual(await spent(), { spent: 0, held: 0, unknown: 0 });
      });
    });

    it('leaves attempts of its own process alone when it recovers', async () => {
      await store.reserveMany([reservation('a')]);
      assert.equal(await store.recoverAbandoned(3000), 0);
      assert.equal(await store.expireUnknown(3000), 0);
      assert.deepEqual(await spent(), { spent: 0, held: 100, unknown: 0 });
    });

    it('lists the newest entries, oldest first', async () => {
      await store.reserveMany(['c', 'a', 'b'].map((id) => reservation(id)));
      const entries = await store.entries({ limit: 2 });
      assert.deepEqual(
        entries.map(({ attemptId }) => attemptId),
        ['a', 'b'],
      );
    });

    describe('the registry', () => {
      it('is empty at first', async () => {
        assert.deepEqual(await store.loadRegistry(), { providers: [], keys: [], virtualKeys: [], cells: [] });
      });

      it('gives back what was saved, oldest first', async () => {
        await store.saveProvider(provider('openai', 2));
        await store.saveProvider(provider('anthropic', 1));
        await store.saveKey(key('k1'));
        await store.saveKey(key('k1', { enabled: false }));
        await store.saveVirtualKey(virtualKey('vk1'));
        await store.saveVirtualKey(virtualKey('vk1', { revokedAt: 9 }));
        assert.deepEqual(await store.loadRegistry(), {
          providers: [provider('anthropic', 1), provider('openai', 2)],
          keys: [key('k1', { enabled: false })],
          virtualKeys: [virtualKey('vk1', { revokedAt: 9 })],
          cells: [],
        });
      });

      it('replaces a secret only when one is given', async () => {
        assert.equal(await store.loadSealed('k1'), null);
        await store.saveKey(key('k1'), Uint8Array.of(1, 2, 3));
        await store.saveKey(key('k1', { name: 'renamed' }));
        assert.deepEqual(await store.loadSealed('k1'), Uint8Array.of(1, 2, 3));
        await store.saveKey(key('k1'), Uint8Array.of(4));
        assert.deepEqual(await store.loadSealed('k1'), Uint8Array.of(4));
      });

      it('deletes a key with its secret and cells, and nothing else', async () => {
        await store.saveKey(key('k1'), Uint8Array.of(1));
        await store.saveKey(key('k2'), Uint8Array.of(2));
        await store.recordStates([cell('key:k1'), cell('key:k2')], [transition('key:k1', 1)]);
        await store.recordTrace(trace('r1', 1));
        await store.deleteKey('k1');
        assert.equal(await store.loadSealed('k1'), null);
        const { keys, cells } = await store.loadRegistry();
        assert.deepEqual(keys, [key('k2')]);
        assert.deepEqual(cells, [cell('key:k2')]);
        assert.equal((await store.transitions({ owner: 'key:k1', limit: 9 })).length, 1);
        assert.equal((await store.listTraces({ keyId: 'k1', limit: 9 })).length, 1);
      });

      it('drops a cell that became available again', async () => {
        const other = cell('key:k1', { dimension: 'tokens', until: null });
        await store.recordStates([cell('key:k1'), other], []);
        await store.recordStates([cell('key:k1', { state: 'available', until: null })], []);
        assert.deepEqual((await store.loadRegistry()).cells, [other]);
      });
    });

    describe('the history', () => {
      it('finds a trace by its request, and the later record replaces the earlier', async () => {
        assert.equal(await store.findTrace('r1'), null);
        await store.recordTrace(trace('r1', 1));
        await store.recordTrace({ ...trace('r1', 1), status: 502 });
        assert.deepEqual(await store.findTrace('r1'), { ...trace('r1', 1), status: 502 });
        assert.equal((await store.listTraces({ limit: 9 })).length, 1);
      });

      it('pages through traces, newest first, also within one millisecond', async () => {
        const starts = [5, 7, 7, 7, 9];
        for (const [index, start] of starts.entries()) await store.recordTrace(trace(`r${index}`, start));
        const seen: string[] = [];
        let last: string | undefined;
        for (;;) {
          const page = await store.listTraces({
            limit: 2,
            ...(last === undefined ? {} : { beforeRequestId: last }),
          });
          if (page.length === 0) break;
          seen.push(...page.map(({ requestId }) => requestId));
          last = seen.at(-1);
        }
        assert.deepEqual(seen, ['r4', 'r3', 'r2', 'r1', 'r0']);
        assert.deepEqual(await store.listTraces({ limit: 2, beforeRequestId: 'nobody' }), []);
      });

      it('lists the traces of every key that was tried', async () => {
        await store.recordTrace(trace('r1', 1, ['k1', 'k2', 'k1']));
        await store.recordTrace(trace('r2', 2, ['k1']));
        await store.recordTrace(trace('r3', 3, []));
        const of = async (keyId: string, beforeRequestId?: string) => {
          const query = { keyId, limit: 9, ...(beforeRequestId === undefined ? {} : { beforeRequestId }) };
          return (await store.listTraces(query)).map(({ requestId }) => requestId);
        };
        assert.deepEqual(await of('k1'), ['r2', 'r1']);
        assert.deepEqual(await of('k1', 'r2'), ['r1']);
        assert.deepEqual(await of('k2'), ['r1']);
        assert.deepEqual(await of('k3'), []);
      });

      it('lists transitions, newest first, of one owner or of all', async () => {
        await store.recordStates([], [transition('key:k1', 1), transition('key:k2', 2)]);
        await store.recordStates([], [transition('key:k1', 3)]);
        assert.deepEqual(await store.transitions({ owner: 'key:k1', limit: 9 }), [
          transition('key:k1', 3),
          transition('key:k1', 1),
        ]);
        assert.deepEqual(await store.transitions({ limit: 2 }), [
          transition('key:k1', 3),
          transition('key:k2', 2),
        ]);
      });
    });

    it('writes what is queued before it closes, and closes twice', async () => {
      const written = Promise.all([store.reserveMany([reservation('a')]), store.recordTrace(trace('r1', 1))]);
      await store.close();
      const [admissions] = await written;
      assert.deepEqual(admissions, [{ ok: true }]);
      await store.close();
    });
  });
}
