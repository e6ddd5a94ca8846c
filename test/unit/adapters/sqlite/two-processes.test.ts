import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isProcessAlive } from '../../../../server/daemon/process-alive.ts';
import { CALLER, reservation, settlement, state } from '../../../contract/store-samples.ts';
import { type SqliteFixture, sqliteFixture } from './sqlite-fixture.ts';

const WRITER = fileURLToPath(new URL('killed-writer.ts', import.meta.url));

describe('SqliteStore, shared by processes', () => {
  let fixture: SqliteFixture;
  beforeEach(async () => {
    fixture = await sqliteFixture();
  });
  afterEach(() => fixture.leave());

  it("admits by the other's holds and settlements", async () => {
    const former = fixture.open();
    const present = fixture.open();
    await former.reserveMany([reservation('a', { amountNano: 600 })]);
    const [refused] = await present.reserveMany([reservation('b', { amountNano: 401 })]);
    assert.deepEqual(refused, {
      ok: false,
      code: 'insufficient',
      counter: CALLER,
      unit: 'nano_usd',
      limit: 1000,
      spent: 0,
      held: 600,
    });
    assert.deepEqual(await present.reserveMany([reservation('b', { amountNano: 400 })]), [{ ok: true }]);
    await former.settleMany([settlement('a', { costNano: 500 })]);
    await present.settleMany([settlement('b', { costNano: 300 })]);
    for (const store of [former, present]) {
      assert.deepEqual(await store.counters([CALLER]), [state(CALLER, { spent: 800 })]);
      const id = store === former ? 'c' : 'd';
      const [tooMuch] = await store.reserveMany([reservation(id, { amountNano: 201 })]);
      assert.equal(tooMuch?.ok, false);
    }
  });

  it("leaves a living process's attempts alone, and takes those of one that is gone", async () => {
    const first = fixture.open();
    const second = fixture.open();
    await first.reserveMany([reservation('a'), reservation('b', { holds: [] })]);
    assert.equal(await second.recoverAbandoned(9), 0);
    fixture.alive.delete(1);
    assert.equal(await second.recoverAbandoned(9), 2);
    // Another program may get the number of the dead process: it was recorded as ended.
    fixture.alive.add(1);
    assert.deepEqual(
      (await second.entries({ limit: 9 })).map(({ state }) => state),
      ['unknown', 'unknown'],
    );
    await second.settleMany([settlement('a'), settlement('b')]);
    assert.deepEqual(await second.counters([CALLER]), [state(CALLER, { spent: 40 })]);
  });

  it('takes a former process with its own number for gone, as after the restart of a container', async () => {
    const first = fixture.open({ instance: { id: 'before', pid: 7 } });
    await first.reserveMany([reservation('a')]);
    fixture.alive.add(7);
    const second = fixture.open({ instance: { id: 'after', pid: 7 } });
    assert.equal(await second.recoverAbandoned(9), 1);
  });

  it('still settles for a process that was taken for gone too early', async () => {
    const first = fixture.open();
    const second = fixture.open();
    await first.reserveMany([reservation('a')]);
    fixture.alive.delete(1);
    await second.recoverAbandoned(9);
    await first.settleMany([settlement('a')]);
    assert.deepEqual(await second.counters([CALLER]), [state(CALLER, { spent: 40 })]);
  });

  it('has every attempt that was admitted after a process was killed at work, each once', async () => {
    const child = spawn(process.execPath, [WRITER, fixture.file], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    for await (const chunk of child.stdout) {
      output += String(chunk);
      if (output.split('\n').length > 200) break;
    }
    child.kill('SIGKILL');
    await once(child, 'exit');

    // The last line may be cut; what stands before it was acknowledged.
    const lines = output.split('\n').slice(0, -1);
    const acknowledged = (what: string) =>
      lines.filter((line) => line.startsWith(what)).map((line) => line.slice(what.length));
    const store = fixture.open({ isAlive: isProcessAlive });
    await store.recoverAbandoned(9);
    const entries = await store.entries({ limit: 1_000_000 });
    const states = new Map(entries.map(({ attemptId, state }) => [attemptId, state]));
    assert.equal(states.size, entries.length);
    assert.ok(acknowledged('admitted ').every((id) => states.has(id)));
    assert.ok(acknowledged('settled ').every((id) => states.get(id) === 'settled'));
    const count = (wanted: string) => entries.filter(({ state }) => state === wanted).length;
    assert.equal(count('reserved'), 0);
    assert.ok(count('unknown') > 0);
    const [counter] = await store.counters([CALLER]);
    assert.deepEqual(
      counter,
      state(CALLER, { spent: count('settled') * 40, unknown: count('unknown') * 100 }),
    );
  }).timeout(20_000);
});
