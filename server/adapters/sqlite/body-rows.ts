import type { Connection } from './open-database.ts';

/** Room that is made at once, so that it is not looked for at every write. */
const FREE_SHARE = 0.1;

/** Recorded bodies, as steps of the turn's transaction. */
export class BodyRows {
  readonly #insert;
  readonly #find;
  readonly #sum;
  readonly #oldest;
  readonly #delete;
  /** At least what there is; `null`: not summed yet. */
  #bytes: number | null = null;

  constructor(connection: Connection) {
    this.#insert = connection.prepare<[string, number, Uint8Array]>(
      `INSERT INTO bodies (request_id, size, sealed) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET size = excluded.size, sealed = excluded.sealed`,
    );
    this.#find = connection
      .prepare<[string], Buffer>('SELECT sealed FROM bodies WHERE request_id = ?')
      .pluck();
    this.#sum = connection.prepare<[], number>('SELECT coalesce(sum(size), 0) FROM bodies').pluck();
    this.#oldest = connection.prepare<[], { seq: number; size: number }>(
      'SELECT seq, size FROM bodies ORDER BY seq LIMIT 1',
    );
    this.#delete = connection.prepare<[number]>('DELETE FROM bodies WHERE seq = ?');
  }

  /** See `History.recordBodies`. */
  record(requestId: string, sealed: Uint8Array, mostBytes: number): void {
    this.#insert.run(requestId, sealed.length, sealed);
    this.#bytes = (this.#bytes ?? this.#sum.get() ?? 0) + sealed.length;
    if (this.#bytes <= mostBytes) return;
    let bytes = this.#sum.get() ?? 0;
    if (bytes > mostBytes) {
      const wanted = mostBytes * (1 - FREE_SHARE);
      for (let row = this.#oldest.get(); row && bytes > wanted; row = this.#oldest.get()) {
        this.#delete.run(row.seq);
        bytes -= row.size;
      }
    }
    this.#bytes = bytes;
  }

  /** See `History.loadBodies`. */
  load(requestId: string): Uint8Array | null {
    const sealed = this.#find.get(requestId);
    return sealed === undefined ? null : new Uint8Array(sealed);
  }
}
