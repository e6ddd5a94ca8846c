import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Migration } from '../../../../server/adapters/sqlite/migrate.ts';
import { MIGRATIONS } from '../../../../server/adapters/sqlite/migrations/list.ts';
import { refuseOldNode } from '../../../../server/adapters/sqlite/open-database.ts';
import { CALLER, key, reservation, state } from '../../../contract/store-samples.ts';
import { type SqliteFixture, sqliteFixture } from './sqlite-fixture.ts';

const WORKER = fileURLToPath(
  new URL('../../../../server/adapters/sqlite/checkpoint-worker.ts', import.meta.url),
);

/** A migration after all that there are. */
function next(sql: string): Migration {
  return { number: 99, name: 'next', sql };
}

describe("SqliteStore's file", () => {
  let fixture: SqliteFixture;
  beforeEach(async () => {
    fixture = await sqliteFixture();
  });
  afterEach(() => fixture.leave());

  it('is readable by its owner only, with its log and in its folder', async () => {
    const store = fixture.open();
    await store.reserveMany([reservation('a')]);
    for (const file of [fixture.file, `${fixture.file}-wal`, `${fixture.file}-shm`]) {
      assert.equal(statSync(file).mode & 0o777, 0o600);
    }
    assert.equal(statSync(path.dirname(fixture.file)).mode & 0o777, 0o700);
  });

  it('holds nothing any more of a secret that was replaced or deleted', async () => {
    const store = fixture.open();
    const bytes = (text: string) => new Uint8Array(Buffer.from(text.repeat(20)));
    await store.saveKey(key('k1'), bytes('the-former-secret'));
    await store.saveKey(key('k2'), bytes('the-deleted-secret'));
    await store.saveKey(key('k1'), bytes('the-present-secret'));
    await store.deleteKey('k2');
    const contents = [fixture.file, `${fixture.file}-wal`]
      .map((file) => readFileSync(file, 'latin1'))
      .join('');
    assert.equal(contents.includes('the-present-secret'), true);
    assert.equal(contents.includes('the-former-secret'), false);
    assert.equal(contents.includes('the-deleted-secret'), false);
  });

  describe('is refused', () => {
    const refuses = (parts: Parameters<SqliteFixture['open']>[0], message: RegExp) =>
      assert.throws(() => fixture.open(parts), { name: 'RouterError', code: 'store_unavailable', message });

    it('if a migration that made it was altered', async () => {
      await fixture.open().close();
      const altered = MIGRATIONS.map((migration) => ({ ...migration, sql: `${migration.sql} -- altered` }));
      refuses({ migrations: altered }, /another text of migration 1/);
    });

    it('if a newer version made it', async () => {
      await fixture.open({ migrations: [...MIGRATIONS, next('CREATE TABLE more (a)')] }).close();
      refuses({}, /newer API Key Router \(migration 99, next\)/);
    });

    it('if it is no database', () => {
      mkdirSync(path.dirname(fixture.file));
      writeFileSync(
        fixture.file,
        'plain text, and long enough to be read as a header of a database'.repeat(9),
      );
      refuses({}, /not a SQLite database/);
    });

    it('under a Node that its addon would crash', () => {
      assert.throws(() => refuseOldNode('20.20.2'), {
        code: 'store_unavailable',
        message: /needs Node 22 or newer for its database; this is Node 20\.20\.2/,
      });
      refuseOldNode('22.0.0');
    });

    it('if the addon is not where it should be', () => {
      refuses({ nativeBinding: '/nowhere/better_sqlite3.node' }, /Cannot open the database/);
    });
  });

  it('gets migrations one by one: one that fails leaves those before it', async () => {
    const bad = next('CREATE TABLE half (a); CREATE TABLE half (a)');
    assert.throws(() => fixture.open({ migrations: [...MIGRATIONS, bad] }), { code: 'store_unavailable' });
    const store = fixture.open({ migrations: [...MIGRATIONS, next('CREATE TABLE half (a)')] });
    assert.deepEqual(await store.reserveMany([reservation('a')]), [{ ok: true }]);
  });

  it('opens with the addon of a given path, and with every commit flushed', async () => {
    const addon = fileURLToPath(
      new URL(
        `../../../../node_modules/better-sqlite3/prebuilds/${process.platform}-${process.arch}.node`,
        import.meta.url,
      ),
    );
    const store = fixture.open({ nativeBinding: addon, synchronous: 'FULL' });
    assert.deepEqual(await store.reserveMany([reservation('a')]), [{ ok: true }]);
  });

  it('keeps its counters while a thread writes the log back', async () => {
    const store = fixture.open({ checkpointWorker: WORKER });
    for (let index = 0; index < 20; index += 1) {
      await store.reserveMany([reservation(`a${index}`, { amountNano: 50 })]);
    }
    const [refused] = await store.reserveMany([reservation('b', { amountNano: 1 })]);
    assert.equal(refused?.ok, false);
    assert.deepEqual(await store.counters([CALLER]), [state(CALLER, { held: 1000 })]);
    await store.close();
    assert.equal(existsSync(`${fixture.file}-wal`), false);
  });
});
