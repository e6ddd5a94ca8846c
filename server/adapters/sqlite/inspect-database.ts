import { statSync } from 'node:fs';
import { checkDatabase } from './check-database.ts';
import { openToRead, reasonOf } from './open-database.ts';

/** A database as somebody finds it who only looks. */
export interface DatabaseCondition {
  /** A sentence; `null` if it is whole and this version knows all of it. */
  readonly problem: string | null;
  readonly bytes: number;
  /** Of the part that is not written back yet. */
  readonly logBytes: number;
  /** By key id, as far as they could be read. */
  readonly sealed: ReadonlyMap<string, Uint8Array>;
}

/** Looks at a database, also while a daemon writes to it; `null` if there is no file. */
export function inspectDatabase(options: {
  readonly file: string;
  readonly nativeBinding?: string;
}): DatabaseCondition | null {
  const { file } = options;
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) return null;
  const logBytes = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  const sizes = { bytes: found.size, logBytes };
  try {
    const connection = openToRead({ ...options, busyTimeoutMs: 2_000 });
    try {
      checkDatabase(connection, 'quick');
      const rows = connection
        .prepare<[], { readonly key_id: string; readonly sealed: Buffer }>(
          'SELECT key_id, sealed FROM secrets',
        )
        .all();
      const sealed = new Map(rows.map((row) => [row.key_id, new Uint8Array(row.sealed)]));
      return { problem: null, ...sizes, sealed };
    } finally {
      connection.close();
    }
  } catch (error) {
    return { problem: reasonOf(error), ...sizes, sealed: new Map() };
  }
}
