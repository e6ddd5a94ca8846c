import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SqliteBackups } from '../../../../server/adapters/sqlite/sqlite-backups.ts';
import { key, reservation } from '../../../contract/store-samples.ts';
import { type SqliteFixture, sqliteFixture } from './sqlite-fixture.ts';

const WORKER = fileURLToPath(new URL('../../../../server/adapters/sqlite/backup-worker.ts', import.meta.url));
const AT = Date.UTC(2026, 10, 24, 17, 12, 3, 42);

describe('SqliteBackups', () => {
  let fixture: SqliteFixture;
  let folder: string;
  let now: number;

  beforeEach(async () => {
    fixture = await sqliteFixture();
    folder = path.join(path.dirname(fixture.file), 'backups');
    now = AT;
  });
  afterEach(() => fixture.leave());

  function backups(): SqliteBackups {
    return new SqliteBackups({ file: fixture.file, folder, worker: WORKER, clock: { now: () => now++ } });
  }

  it('are one private file with all that was committed, named by the time', async () => {
    const store = fixture.open();
    await store.saveKey(key('k1'), new Uint8Array([1, 2, 3]));
    const made = await backups().create();
    assert.equal(made.file, path.join(folder, 'router-20261124-171203-042.db'));
    assert.equal(made.createdAt, AT);
    assert.deepEqual(readdirSync(folder), [path.basename(made.file)]);
    const { size, mode } = statSync(made.file);
    assert.equal(size, made.bytes);
    if (process.platform !== 'win32') assert.equal(mode & 0o777, 0o600);
    const copy = fixture.open({ file: made.file });
    assert.deepEqual((await copy.loadRegistry()).keys, [key('k1')]);
    assert.deepEqual(await copy.loadSealed('k1'), new Uint8Array([1, 2, 3]));
  });

  it('are a state that there was, while requests are written', async () => {
    const store = fixture.open();
    const done = new AbortController();
    let written = 0;
    const writing = (async () => {
      while (!done.signal.aborted) {
        await store.reserveMany([reservation(`a${written}`, { holds: [] })]);
        written += 1;
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const [one, other] = await Promise.all([backups().create(), backups().create()]).finally(() =>
      done.abort(),
    );
    await writing;
    for (const made of new Set([one.file, other.file])) {
      const copy = fixture.open({ file: made });
      const ids = (await copy.entries({ limit: 1_000_000 })).map(({ attemptId }) => attemptId);
      assert.deepEqual(
        ids,
        ids.map((_, at) => `a${at}`),
      );
      assert.ok(ids.length <= written);
    }
  });

  it('leave nothing behind of a database that is damaged, and say so', async () => {
    const store = fixture.open();
    for (let at = 0; at < 200; at++) await store.saveKey(key(`k${at}`));
    await store.close();
    const { size } = statSync(fixture.file);
    truncateSync(fixture.file, Math.floor(size / 2 / 4096) * 4096);
    await assert.rejects(backups().create(), { code: 'store_unavailable', message: /No backup was made/ });
    assert.deepEqual(readdirSync(folder), []);
  });

  it('never take the place of another file', async () => {
    fixture.open();
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'router-20261124-171203-042.db'), 'precious');
    await assert.rejects(backups().create(), /There is already/);
    assert.equal(statSync(path.join(folder, 'router-20261124-171203-042.db')).size, 'precious'.length);
    assert.equal((await backups().create()).createdAt, AT + 1);
  });

  it('go on after one that failed', async () => {
    const failing = backups();
    await assert.rejects(failing.create(), { code: 'store_unavailable' });
    fixture.open();
    assert.ok((await failing.create()).bytes > 0);
  });
});
