import assert from 'node:assert/strict';
import { SqliteStore, type SqliteStoreOptions } from '../../server/adapters/sqlite/sqlite-store.ts';
import { createTempFolder, type TempFolder } from '../support/temp-folder.ts';
import { storeContract } from './store.ts';
import { CALLER, cell, key, provider, reservation, settlement, trace, virtualKey } from './store-samples.ts';

function optionsIn(folder: TempFolder, parts: Partial<SqliteStoreOptions> = {}): SqliteStoreOptions {
  return {
    file: folder.file('store.db'),
    instance: { id: 'one', pid: 1 },
    clock: { now: () => 500 },
    isAlive: () => true,
    ...parts,
  };
}

storeContract('SqliteStore', async () => {
  const folder = await createTempFolder();
  const store = SqliteStore.open(optionsIn(folder));
  const dispose = async () => {
    await store.close();
    await folder.remove();
  };
  return { store, dispose };
});

describe('SqliteStore, opened again', () => {
  let folder: TempFolder;
  beforeEach(async () => {
    folder = await createTempFolder();
  });
  afterEach(() => folder.remove());

  it('has kept the registry, the history and the money', async () => {
    const first = SqliteStore.open(optionsIn(folder));
    await first.saveProvider(provider('openai'));
    await first.saveKey(key('k1'), Uint8Array.of(1, 2));
    await first.saveVirtualKey(virtualKey('vk1'));
    await first.recordStates([cell('key:k1')], []);
    await first.recordTrace(trace('r1', 1));
    await first.reserveMany([reservation('a'), reservation('b')]);
    await first.settleMany([settlement('a')]);
    await first.close();

    const second = SqliteStore.open(optionsIn(folder, { instance: { id: 'two', pid: 2 } }));
    assert.deepEqual(await second.loadRegistry(), {
      providers: [provider('openai')],
      keys: [key('k1')],
      virtualKeys: [virtualKey('vk1')],
      cells: [cell('key:k1')],
    });
    assert.deepEqual(await second.loadSealed('k1'), Uint8Array.of(1, 2));
    assert.deepEqual(await second.findTrace('r1'), trace('r1', 1));
    assert.deepEqual(await second.counters([CALLER]), [
      { ...CALLER, spentNano: 40, heldNano: 100, unknownNano: 0 },
    ]);
    const [refused] = await second.reserveMany([reservation('c', { amountNano: 861 })]);
    assert.equal(refused?.ok, false);
    await second.close();
  });

  it('marks what a closed store left open as unknown; that bars the budget until it expires', async () => {
    const first = SqliteStore.open(optionsIn(folder));
    await first.reserveMany([reservation('a', { amountNano: 700 })]);
    await first.close();

    const second = SqliteStore.open(optionsIn(folder, { instance: { id: 'two', pid: 2 } }));
    assert.equal(await second.recoverAbandoned(3000), 1);
    assert.equal(await second.recoverAbandoned(3000), 0);
    assert.deepEqual(await second.counters([CALLER]), [
      { ...CALLER, spentNano: 0, heldNano: 0, unknownNano: 700 },
    ]);
    assert.deepEqual(await second.reserveMany([reservation('b', { amountNano: 301 })]), [
      { ok: false, code: 'insufficient', counter: CALLER, limitNano: 1000, spentNano: 0, heldNano: 700 },
    ]);
    assert.equal(await second.expireUnknown(1000), 0);
    assert.equal(await second.expireUnknown(1001), 1);
    assert.equal(await second.expireUnknown(1001), 0);
    const [entry] = await second.entries({ limit: 1 });
    assert.equal(entry?.state, 'unknown');
    assert.equal(entry?.costBasis, 'unknown');
    assert.deepEqual(await second.reserveMany([reservation('b', { amountNano: 301 })]), [{ ok: true }]);
    await second.close();
  });

  it('settles an unknown attempt, before or after its hold expired, on the counters it was held on', async () => {
    const first = SqliteStore.open(optionsIn(folder));
    await first.reserveMany([reservation('a'), reservation('b')]);
    await first.close();

    const second = SqliteStore.open(optionsIn(folder, { instance: { id: 'two', pid: 2 } }));
    await second.recoverAbandoned(3000);
    await second.settleMany([settlement('a')]);
    assert.deepEqual(await second.counters([CALLER]), [
      { ...CALLER, spentNano: 40, heldNano: 0, unknownNano: 100 },
    ]);
    await second.expireUnknown(5000);
    await second.settleMany([settlement('b'), settlement('b')]);
    assert.deepEqual(await second.counters([CALLER]), [
      { ...CALLER, spentNano: 80, heldNano: 0, unknownNano: 0 },
    ]);
    await second.close();
  });
});
