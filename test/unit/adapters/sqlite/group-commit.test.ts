import assert from 'node:assert/strict';
import {
  CALLER,
  cell,
  hold,
  reservation,
  settlement,
  state,
  trace,
  transition,
} from '../../../contract/store-samples.ts';
import { type SqliteFixture, sqliteFixture } from './sqlite-fixture.ts';

describe('SqliteStore, committing', () => {
  let fixture: SqliteFixture;
  beforeEach(async () => {
    fixture = await sqliteFixture();
  });
  afterEach(() => fixture.leave());

  it('makes one transaction of everything that arrives in one turn', async () => {
    const store = fixture.open();
    const before = store.transactions;
    await Promise.all([
      ...Array.from({ length: 50 }, (_, index) =>
        store.reserveMany([reservation(`a${index}`, { amountNano: 1 })]),
      ),
      store.settleMany([settlement('a0')]),
      store.recordTrace(trace('r1', 1)),
      store.recordStates([cell('key:k1')], [transition('key:k1', 1)]),
    ]);
    assert.equal(store.transactions - before, 1);
    await store.reserveMany([reservation('b', { amountNano: 1 })]);
    assert.equal(store.transactions - before, 2);
  });

  it('undoes a step that fails alone, with all that it had written', async () => {
    const store = fixture.open();
    // The name of a hold's counter breaks the table's type after the attempt's own row was written.
    const broken = [hold({ subject: null as unknown as string, limit: null })];
    const [good, bad, later] = await Promise.all([
      store.reserveMany([reservation('a')]),
      store.reserveMany([reservation('b', { holds: broken })]),
      store.reserveMany([reservation('c')]),
    ]);
    assert.deepEqual([good[0]?.ok, bad[0]?.ok, later[0]?.ok], [true, false, true]);
    const entries = await store.entries({ limit: 9 });
    assert.deepEqual(
      entries.map(({ attemptId }) => attemptId),
      ['a', 'c'],
    );
    assert.deepEqual(await store.reserveMany([reservation('b')]), [{ ok: true }]);
  });

  it('refuses every admission and rejects every write once the disk is full, and recovers with it', async () => {
    const roomy = fixture.open();
    await roomy.reserveMany([reservation('before')]);
    const store = fixture.open({ maxPages: 1 });
    const filler = 'x'.repeat(1_000_000);
    const results = await Promise.allSettled([
      store.reserveMany([reservation('a')]),
      store.recordTrace({ ...trace('r1', 1), warnings: [filler] }),
      store.settleMany([settlement('before')]),
      store.reserveMany([reservation('b')]),
    ]);
    const [first, recorded, settled, last] = results;
    for (const result of [first, last]) {
      assert.equal(result.status, 'fulfilled');
      assert.deepEqual(result.status === 'fulfilled' && result.value, [
        { ok: false, code: 'unavailable', message: "The database can't be written: the disk is full." },
      ]);
    }
    for (const result of [recorded, settled]) {
      assert.equal(result.status, 'rejected');
      assert.equal(result.status === 'rejected' && result.reason.code, 'store_unavailable');
    }
    assert.deepEqual(await roomy.counters([CALLER]), [state(CALLER, { held: 100 })]);
    // What fits is written again, with counters that know nothing of what was undone.
    assert.deepEqual(await store.reserveMany([reservation('c', { amountNano: 900 })]), [{ ok: true }]);
  });

  it('answers when another process keeps the file locked', async () => {
    const store = fixture.open({ busyTimeoutMs: 0 });
    const other = fixture.open();
    const { default: Database } = await import('better-sqlite3');
    const blocker = new Database(fixture.file);
    blocker.exec('BEGIN IMMEDIATE');
    const [admission] = await store.reserveMany([reservation('a')]);
    assert.deepEqual(admission, {
      ok: false,
      code: 'unavailable',
      message: "The database can't be written: another process keeps it locked.",
    });
    await assert.rejects(store.recordTrace(trace('r1', 1)), { code: 'store_unavailable' });
    blocker.exec('ROLLBACK');
    blocker.close();
    assert.deepEqual(await store.reserveMany([reservation('a')]), [{ ok: true }]);
    assert.equal((await other.entries({ limit: 9 })).length, 1);
  });

  it('refuses what comes after it was closed', async () => {
    const store = fixture.open();
    await store.close();
    const [admission] = await store.reserveMany([reservation('a')]);
    assert.deepEqual(admission, { ok: false, code: 'unavailable', message: 'The database is closed.' });
    await assert.rejects(store.settleMany([settlement('a')]), { code: 'store_unavailable' });
  });
});
