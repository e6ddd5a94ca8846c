import assert from 'node:assert/strict';
import type { Store } from '../../server/core/ports/store.ts';
import { historyContract } from './history.ts';
import { registryContract } from './registry.ts';
import { pruningContract } from './pruning.ts';
import { reservingContract } from './reserving.ts';
import { settlingContract } from './settling.ts';
import { CALLER, reservation, state, trace } from './store-samples.ts';
import { unitsContract } from './units.ts';

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

    describe('reserving', () => reservingContract(() => store));
    describe('settling', () => settlingContract(() => store));
    describe('counting in units and windows', () => unitsContract(() => store));
    describe('the registry', () => registryContract(() => store));
    describe('the history', () => historyContract(() => store));
    describe('forgetting', () => pruningContract(() => store));

    it('leaves attempts of its own process alone when it recovers', async () => {
      await store.reserveMany([reservation('a')]);
      assert.equal(await store.recoverAbandoned(3000), 0);
      assert.equal(await store.expireUnknown(3000), 0);
      assert.deepEqual(await store.counters([CALLER]), [state(CALLER, { held: 100 })]);
    });

    it('lists the newest entries, oldest first', async () => {
      await store.reserveMany(['c', 'a', 'b'].map((id) => reservation(id)));
      const entries = await store.entries({ limit: 2 });
      assert.deepEqual(
        entries.map(({ attemptId }) => attemptId),
        ['a', 'b'],
      );
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
