import assert from 'node:assert/strict';
import { MemoryStore } from '../../server/adapters/memory/memory-store.ts';
import { storeContract } from './store.ts';
import { audit, reservation, settlement, trace, transition } from './store-samples.ts';

storeContract('MemoryStore', async () => {
  const store = new MemoryStore();
  return { store, dispose: () => store.close() };
});

describe('MemoryStore', () => {
  it('keeps only the newest settled attempts, traces, transitions and audit entries', async () => {
    const store = new MemoryStore({ mostEntries: 2 });
    for (const id of ['a', 'b', 'c']) {
      await store.reserveMany([reservation(id)]);
      await store.settleMany([settlement(id)]);
      await store.recordTrace(trace(id, 1));
      await store.recordStates([], [transition(id, 1)]);
      await store.recordAudit(audit(id, 1));
    }
    assert.deepEqual(
      (await store.entries({ limit: 9 })).map(({ attemptId }) => attemptId),
      ['b', 'c'],
    );
    assert.deepEqual(
      (await store.listTraces({ limit: 9 })).map(({ requestId }) => requestId),
      ['c', 'b'],
    );
    assert.deepEqual(
      (await store.transitions({ limit: 9 })).map(({ owner }) => owner),
      ['c', 'b'],
    );
    assert.deepEqual(
      (await store.listAudit({ limit: 9 })).map(({ target }) => target),
      ['c', 'b'],
    );
  });

  it('never drops an attempt that still runs', async () => {
    const store = new MemoryStore({ mostEntries: 1 });
    await store.reserveMany(['a', 'b', 'c'].map((id) => reservation(id)));
    await store.settleMany([settlement('b')]);
    assert.equal((await store.entries({ limit: 9 })).length, 3);
  });
});
