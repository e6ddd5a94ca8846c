import { SqliteStore, type SqliteStoreOptions } from '../../../../server/adapters/sqlite/sqlite-store.ts';
import { createTempFolder } from '../../../support/temp-folder.ts';

/** A folder with stores on one file; each that is opened counts as another process. */
export interface SqliteFixture {
  readonly file: string;
  /** Process ids that count as running. */
  readonly alive: Set<number>;
  open(parts?: Partial<SqliteStoreOptions>): SqliteStore;
  /** Closes every store and removes the folder. */
  leave(): Promise<void>;
}

/** Makes the fixture. Stores get the process ids 1, 2, 3... in the order in which they are opened. */
export async function sqliteFixture(): Promise<SqliteFixture> {
  const folder = await createTempFolder();
  const opened: SqliteStore[] = [];
  const alive = new Set<number>();
  const file = folder.file('data', 'store.db');
  let pid = 0;
  return {
    file,
    alive,
    open: (parts = {}) => {
      pid += 1;
      alive.add(pid);
      const instance = { id: `instance ${pid}`, pid };
      const isAlive = (asked: number) => alive.has(asked);
      const store = SqliteStore.open({ file, instance, isAlive, clock: { now: () => 7 }, ...parts });
      opened.push(store);
      return store;
    },
    leave: async () => {
      for (const store of opened) await store.close();
      await folder.remove();
    },
  };
}
