import assert from 'node:assert/strict';
import type { Store } from '../../server/core/ports/store.ts';
import type { TraceFilter } from '../../shared/model/trace-filter.ts';
import { audit, trace, transition } from './store-samples.ts';

/** What every store promises of traces and logs. */
export function historyContract(store: () => Store): void {
  it('finds a trace by its request, and the later record replaces the earlier', async () => {
    assert.equal(await store().findTrace('r1'), null);
    await store().recordTrace(trace('r1', 1));
    await store().recordTrace({ ...trace('r1', 1), status: 502 });
    assert.deepEqual(await store().findTrace('r1'), { ...trace('r1', 1), status: 502 });
    assert.equal((await store().listTraces({ limit: 9 })).length, 1);
  });

  it("finds the newest of the requests to which callers gave one id, and the router's own id first", async () => {
    const named = (id: string, start: number, clientRequestId: string) =>
      store().recordTrace({ ...trace(id, start), clientRequestId });
    await named('r1', 1, 'mine');
    await named('r3', 3, 'mine');
    await named('r2', 2, 'mine');
    await named('r4', 4, 'r1');
    assert.equal((await store().findTrace('mine'))?.requestId, 'r3');
    assert.equal((await store().findTrace('r1'))?.requestId, 'r1');
    assert.equal(await store().findTrace('yours'), null);
  });

  it('keeps recorded bodies until there are too many bytes of them, the oldest going first', async () => {
    const size = 1000;
    assert.equal(await store().loadBodies('r1'), null);
    for (const id of ['r1', 'r2', 'r3']) {
      await store().recordBodies(id, new Uint8Array(size).fill(1), 10 * size);
    }
    await store().recordBodies('r2', new Uint8Array(size).fill(2), 10 * size);
    assert.deepEqual(await store().loadBodies('r2'), new Uint8Array(size).fill(2));
    await store().recordBodies('r4', new Uint8Array(size), 3 * size + 1);
    assert.equal(await store().loadBodies('r1'), null);
    assert.equal((await store().loadBodies('r4'))?.length, size);
  });

  it('pages through traces, newest first, also within one millisecond', async () => {
    const starts = [5, 7, 7, 7, 9];
    for (const [index, start] of starts.entries()) await store().recordTrace(trace(`r${index}`, start));
    const seen: string[] = [];
    let last: string | undefined;
    for (;;) {
      const page = await store().listTraces({
        limit: 2,
        ...(last === undefined ? {} : { beforeRequestId: last }),
      });
      if (page.length === 0) break;
      seen.push(...page.map(({ requestId }) => requestId));
      last = seen.at(-1);
    }
    assert.deepEqual(seen, ['r4', 'r3', 'r2', 'r1', 'r0']);
    assert.deepEqual(await store().listTraces({ limit: 2, beforeRequestId: 'nobody' }), []);
  });

  it('lists the traces of every key that was tried', async () => {
    await store().recordTrace(trace('r1', 1, ['k1', 'k2', 'k1']));
    await store().recordTrace(trace('r2', 2, ['k1']));
    await store().recordTrace(trace('r3', 3, []));
    const of = async (keyId: string, beforeRequestId?: string) => {
      const query = { keyId, limit: 9, ...(beforeRequestId === undefined ? {} : { beforeRequestId }) };
      return (await store().listTraces(query)).map(({ requestId }) => requestId);
    };
    assert.deepEqual(await of('k1'), ['r2', 'r1']);
    assert.deepEqual(await of('k1', 'r2'), ['r1']);
    assert.deepEqual(await of('k2'), ['r1']);
    assert.deepEqual(await of('k3'), []);
  });

  it('searches traces by what they have, and says where to go on', async () => {
    const caller = { ...trace('x', 1).caller, team: 'dev', tags: ['a', 'b'] };
    for (let number = 0; number < 100; number++) {
      const id = `r${String(number).padStart(3, '0')}`;
      const own = number % 10 === 0 ? { caller, status: 502, outcome: 'failed' as const } : {};
      await store().recordTrace({ ...trace(id, number, [number % 2 === 0 ? 'k1' : 'k2']), ...own });
    }
    const found = async (filter: TraceFilter, limit = 99, beforeRequestId?: string) => {
      const search = { filter, limit, ...(beforeRequestId === undefined ? {} : { beforeRequestId }) };
      const { traces, next } = await store().searchTraces(search);
      return { ids: traces.map(({ requestId }) => Number(requestId.slice(1))), next };
    };
    const tens = [90, 80, 70, 60, 50, 40, 30, 20, 10, 0];
    const filters = [
      { team: 'dev' },
      { status: 502 },
      { outcome: 'failed' },
      { tag: 'b', keyId: 'k1' },
    ] as const;
    for (const filter of filters) assert.deepEqual(await found(filter), { ids: tens, next: null });
    assert.deepEqual(await found({ team: 'dev' }, 2), { ids: [90, 80], next: 'r080' });
    assert.deepEqual(await found({ team: 'dev' }, 8, 'r080'), { ids: tens.slice(2), next: null });
    assert.deepEqual(await found({ since: 20, until: 51, team: 'dev' }), {
      ids: [50, 40, 30, 20],
      next: null,
    });
    assert.deepEqual(await found({ until: 51, team: 'dev' }, 2, 'r080'), { ids: [50, 40], next: 'r040' });
    assert.deepEqual(await found({ keyId: 'k2', team: 'dev' }), { ids: [], next: null });
    assert.deepEqual(await found({ keyId: 'k2', since: 97 }), { ids: [99, 97], next: null });
    assert.deepEqual(await found({}, 2, 'nobody'), { ids: [], next: null });
  });

  it('lists transitions, newest first, of one owner or of all', async () => {
    await store().recordStates([], [transition('key:k1', 1), transition('key:k2', 2)]);
    await store().recordStates([], [transition('key:k1', 3)]);
    assert.deepEqual(await store().transitions({ owner: 'key:k1', limit: 9 }), [
      transition('key:k1', 3),
      transition('key:k1', 1),
    ]);
    assert.deepEqual(await store().transitions({ limit: 2 }), [
      transition('key:k1', 3),
      transition('key:k2', 2),
    ]);
  });

  it('lists audit entries, newest first, of one target or of all', async () => {
    const entries = [audit('budget:b1', 1), audit('key:k1', 2, { before: { enabled: true } })];
    for (const entry of entries) await store().recordAudit(entry);
    await store().recordAudit(audit('budget:b1', 2));
    assert.deepEqual(await store().listAudit({ target: 'budget:b1', limit: 9 }), [
      audit('budget:b1', 2),
      audit('budget:b1', 1),
    ]);
    assert.deepEqual(await store().listAudit({ limit: 2 }), [audit('budget:b1', 2), entries[1]]);
    assert.deepEqual(await store().listAudit({ target: 'nobody', limit: 9 }), []);
  });
}
