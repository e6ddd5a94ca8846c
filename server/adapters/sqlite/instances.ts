import type { Connection } from './open-database.ts';

/** The process that opens a store. */
export interface InstanceIdentity {
  /** Unique across processes and starts. */
  readonly id: string;
  readonly pid: number;
}

/** The processes that wrote to the store: an attempt left open by one that ended will never be settled by it. */
export class Instances {
  /** The number that this process's attempts carry. */
  readonly own: number;
  readonly #identity: InstanceIdentity;
  readonly #isAlive: (pid: number) => boolean;
  readonly #end;
  readonly #open;

  constructor(
    connection: Connection,
    identity: InstanceIdentity,
    options: { readonly startedAt: number; readonly isAlive: (pid: number) => boolean },
  ) {
    this.#identity = identity;
    this.#isAlive = options.isAlive;
    const { lastInsertRowid } = connection
      .prepare('INSERT INTO instances (id, pid, started_at) VALUES (?, ?, ?)')
      .run(identity.id, identity.pid, options.startedAt);
    this.own = Number(lastInsertRowid);
    this.#end = connection.prepare<[number, number]>('UPDATE instances SET ended_at = ? WHERE seq = ?');
    this.#open = connection.prepare<[number], { seq: number; pid: number }>(
      'SELECT seq, pid FROM instances WHERE ended_at IS NULL AND seq <> ?',
    );
  }

  /** Records that this process settles nothing any more. */
  endOwn(at: number): void {
    this.#end.run(at, this.own);
  }

  /**
   * Records the end of every process that is gone, so that a later process with the same pid is not taken for it.
   * One that has our own pid is gone too: in containers a restart usually gets the same number again.
   */
  endDead(at: number): void {
    for (const { seq, pid } of this.#open.all(this.own)) {
      if (pid === this.#identity.pid || !this.#isAlive(pid)) this.#end.run(at, seq);
    }
  }
}
