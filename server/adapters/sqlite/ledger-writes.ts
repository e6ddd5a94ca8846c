import { bookedAmount, checkSettlement } from '../../core/ledger/booked-amount.ts';
import { type HeldAmount, heldAmounts } from '../../core/ledger/held-amounts.ts';
import { judgeReservation } from '../../core/ledger/judge-reservation.ts';
import type { Admission, CounterUnit, Reservation, Settlement } from '../../core/ports/store.ts';
import type { CounterCache } from './counter-cache.ts';
import type { Instances } from './instances.ts';
import type { Connection, Statement } from './open-database.ts';

type OpenRow = [
  seq: number | bigint,
  state: 'reserved' | 'unknown',
  subject: string,
  windowStart: number,
  unit: CounterUnit,
  amount: number,
  limited: 0 | 1,
  booked: number,
];

type HoldValue = string | number | bigint;

/** The row of an attempt that holds nothing: it marks the attempt as open, and counts nowhere. */
const NO_HOLD: HeldAmount = { subject: '', windowStart: 0, unit: 'nano_usd', amount: 0, limited: false };

/** A hold as the rows have it. */
interface OpenHold extends HeldAmount {
  /** What a settlement that may be replaced has booked there. */
  readonly booked: number;
}

/** An attempt that is not settled. */
interface OpenAttempt {
  readonly seq: number | bigint;
  readonly state: 'reserved' | 'unknown';
  readonly holds: readonly OpenHold[];
}

/**
 * Money and quotas, as steps of the turn's transaction. Each step writes its rows first and changes the cached counters last,
 * where nothing can fail any more: an undone step leaves no mark on them.
 */
export class LedgerWrites {
  readonly #connection: Connection;
  readonly #counters: CounterCache;
  readonly #instances: Instances;
  /** What this process reserved: settling it then needs no search. Only a hint; the rows decide. */
  readonly #running = new Map<string, OpenAttempt>();
  readonly #insertAttempt;
  /** By the number of rows. */
  readonly #insertHolds = new Map<number, Statement<[HoldValue[]]>>();
  readonly #findOpen;
  readonly #settleAttempt;
  readonly #deleteHolds;
  readonly #bookHold;
  readonly #abandon;
  readonly #expire;
  readonly #bookExpired;
  readonly #emptyHolds;

  constructor(connection: Connection, counters: CounterCache, instances: Instances) {
    this.#connection = connection;
    this.#counters = counters;
    this.#instances = instances;
    this.#insertAttempt = connection.prepare(
      `INSERT INTO attempts
         (id, instance, request_id, key_id, provider_id, virtual_key_id, model, reserved_at, reserved,
          team, project, tool, tags, conversation)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#findOpen = connection
      .prepare<[string], OpenRow>(
        `SELECT a.seq, a.state, h.subject, h.window_start, h.unit, h.amount, h.limited, h.booked
         FROM holds h CROSS JOIN attempts a ON a.seq = h.attempt WHERE a.id = ?`,
      )
      .raw();
    this.#settleAttempt = connection.prepare(
      `UPDATE attempts SET state = ?, settled_at = ?, cost = ?, cost_basis = ?, usage = ?
       WHERE seq = ? AND id = ? AND state = ?`,
    );
    this.#bookHold = connection.prepare<[number, number | bigint, string, number]>(
      'UPDATE holds SET amount = 0, booked = ? WHERE attempt = ? AND subject = ? AND window_start = ?',
    );
    this.#deleteHolds = connection.prepare<[number | bigint]>('DELETE FROM holds WHERE attempt = ?');
    this.#abandon = connection.prepare<[number]>(
      `UPDATE attempts SET state = 'unknown' WHERE seq IN (SELECT attempt FROM holds) AND state = 'reserved'
         AND instance IN (SELECT seq FROM instances WHERE ended_at IS NOT NULL AND seq <> ?)`,
    );
    this.#expire = connection
      .prepare<[number], number>(
        `SELECT DISTINCT a.seq FROM holds h CROSS JOIN attempts a ON a.seq = h.attempt
         WHERE h.amount > 0 AND a.state = 'unknown' AND a.reserved_at < ?`,
      )
      .pluck();
    this.#bookExpired = connection.prepare<[number, number]>(
      `INSERT INTO counters (subject, window_start, spent, used_at)
         SELECT subject, window_start, amount, ? FROM holds
         WHERE attempt = ? AND limited = 1 AND unit = 'nano_usd' AND amount > 0
       ON CONFLICT DO UPDATE SET spent = spent + excluded.spent`,
    );
    this.#emptyHolds = connection.prepare<[number]>(
      `UPDATE holds SET booked = iif(limited = 1 AND unit = 'nano_usd', amount, 0), amount = 0 WHERE attempt = ?`,
    );
  }

  /** Takes the holds if all of them fit. Throws if the attempt exists already. */
  reserve(item: Reservation): Admission {
    const admission = judgeReservation(item, this.#counters.balance);
    if (!admission.ok) return admission;
    const {
      team = null,
      project = null,
      tool = null,
      tags = [],
      conversation = null,
    } = item.attribution ?? {};
    const { lastInsertRowid } = this.#insertAttempt.run(
      item.attemptId,
      this.#instances.own,
      item.requestId,
      item.keyId,
      item.providerId,
      item.virtualKeyId,
      item.model,
      item.at,
      item.amountNano,
      team,
      project,
      tool,
      tags.length > 0 ? JSON.stringify([...new Set(tags)]) : null,
      conversation,
    );
    const holds = heldAmounts(item.holds);
    this.#writeHolds(lastInsertRowid, holds.length > 0 ? holds : [NO_HOLD]);
    for (const hold of holds) this.#counters.addHeld(hold, hold.amount);
    const open = holds.map((hold) => ({ ...hold, booked: 0 }));
    this.#running.set(item.attemptId, { seq: lastInsertRowid, state: 'reserved', holds: open });
    return admission;
  }

  /** Books an outcome once, on exactly the counters that were held. Throws on what is no amount. */
  settle(item: Settlement): void {
    checkSettlement(item);
    const { attemptId } = item;
    const running = this.#running.get(attemptId);
    this.#running.delete(attemptId);
    if (running && this.#settleOpen(running, item)) return;
    const found = this.#find(attemptId);
    if (found) this.#settleOpen(found, item);
  }

  /** Marks what ended processes left open as unknown; returns how many attempts that were. */
  abandon(at: number): number {
    this.#instances.endDead(at);
    const { changes } = this.#abandon.run(this.#instances.own);
    if (changes > 0) this.#reload();
    return changes;
  }

  /**
   * Ends unknown holds; returns how many attempts had some. Limited money becomes spend. The rows stay, emptied:
   * should such an attempt be settled after all, they say which counters it belongs to, in which unit, and what was
   * booked there.
   */
  expire(before: number): number {
    const attempts = this.#expire.all(before);
    // What this transaction has booked so far is written before the rows are changed beside it.
    this.#counters.flush();
    for (const attempt of attempts) {
      this.#bookExpired.run(before, attempt);
      this.#emptyHolds.run(attempt);
    }
    if (attempts.length > 0) this.#reload();
    return attempts.length;
  }

  /** After a rollback: what was reserved in it does not exist. */
  forgetRunning(): void {
    this.#running.clear();
  }

  /** All in one statement: with one a row, eight rows cost half as much again (measured). */
  #writeHolds(attempt: number | bigint, holds: readonly HeldAmount[]): void {
    let insert = this.#insertHolds.get(holds.length);
    if (!insert) {
      const rows = holds.map(() => '(?, ?, ?, ?, ?, ?)').join(', ');
      insert = this.#connection.prepare<[HoldValue[]]>(
        `INSERT INTO holds (attempt, subject, window_start, unit, amount, limited) VALUES ${rows}`,
      );
      this.#insertHolds.set(holds.length, insert);
    }
    const values: HoldValue[] = [];
    for (const { subject, windowStart, unit, amount, limited } of holds) {
      values.push(attempt, subject, windowStart, unit, amount, limited ? 1 : 0);
    }
    insert.run(values);
  }

  #settleOpen({ seq, state, holds }: OpenAttempt, item: Settlement): boolean {
    const usage = item.usage === null ? null : JSON.stringify(item.usage);
    const { at, costNano, costBasis, attemptId } = item;
    const seen = item.mostNano === undefined;
    const { changes } = this.#settleAttempt.run(
      seen ? 'settled' : 'unknown',
      seen ? at : null,
      costNano,
      costBasis,
      usage,
      seq,
      attemptId,
      state,
    );
    if (changes === 0) return false;
    if (seen) this.#deleteHolds.run(seq);
    else this.#keepBooked(seq, holds, item);
    for (const hold of holds) {
      if (state === 'reserved') this.#counters.addHeld(hold, -hold.amount);
      else this.#counters.addUnknown(hold, -hold.amount);
      this.#counters.addSpent(hold, bookedAmount(item, hold) - hold.booked, at);
    }
    return true;
  }

  #keepBooked(seq: number | bigint, holds: readonly OpenHold[], item: Settlement): void {
    for (const hold of holds) {
      this.#bookHold.run(bookedAmount(item, hold), seq, hold.subject, hold.windowStart);
    }
  }

  #find(attemptId: string): OpenAttempt | null {
    const rows = this.#findOpen.all(attemptId);
    const first = rows[0];
    if (!first) return null;
    const [seq, state] = first;
    const holds = rows
      .map(([, , subject, windowStart, unit, amount, limited, booked]) => {
        return { subject, windowStart, unit, amount, limited: limited === 1, booked };
      })
      .filter(({ subject }) => subject !== NO_HOLD.subject);
    return { seq, state, holds };
  }

  #reload(): void {
    this.#counters.flush();
    this.#counters.reload();
  }
}
