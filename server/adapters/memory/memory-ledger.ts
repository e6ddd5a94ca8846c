import { bookedAmount, checkSettlement } from '../../core/ledger/booked-amount.ts';
import { CounterMap } from '../../core/ledger/counter-map.ts';
import { type HeldAmount, heldAmounts } from '../../core/ledger/held-amounts.ts';
import { type Balance, judgeReservation, NOTHING } from '../../core/ledger/judge-reservation.ts';
import type {
  Admission,
  CounterAddress,
  CounterState,
  CounterSweep,
  Keep,
  LedgerEntry,
  Reservation,
  Settlement,
  UsedCounter,
} from '../../core/ports/store.ts';

interface Attempt {
  entry: LedgerEntry;
  readonly holds: readonly HeldAmount[];
  /** What is booked on the counter of each hold, by a settlement that may be replaced. */
  booked: readonly number[];
}

interface Counter extends Balance {
  spent: number;
  held: number;
  usedAt: number | null;
}

/**
 * Money and quotas in memory, synchronous. It ends with its process, so it never meets an attempt that another process
 * left open: nothing here is ever held for one of unknown outcome.
 */
export class MemoryLedger {
  readonly #attempts = new Map<string, Attempt>();
  readonly #counters = new CounterMap<Counter>();
  readonly #mostEntries: number;

  constructor(mostEntries: number) {
    this.#mostEntries = mostEntries;
  }

  /** Takes the holds if all of them fit; an attempt is admitted once. */
  reserve(item: Reservation): Admission {
    const admission = judgeReservation(item, this.#balanceOf);
    if (!admission.ok) return admission;
    if (this.#attempts.has(item.attemptId)) {
      return { ok: false, code: 'unavailable', message: `Attempt ${item.attemptId} exists already.` };
    }
    const holds = heldAmounts(item.holds);
    this.#attempts.set(item.attemptId, { entry: entryOf(item), holds, booked: [] });
    for (const hold of holds) this.#counter(hold).held += hold.amount;
    return admission;
  }

  /** Books an outcome once. Throws on what is no amount. */
  settle(item: Settlement): void {
    checkSettlement(item);
    const attempt = this.#attempts.get(item.attemptId);
    if (!attempt || attempt.entry.state === 'settled') return;
    const { at, costNano, costBasis, usage } = item;
    const isHeld = attempt.entry.state === 'reserved';
    const state = item.mostNano === undefined ? 'settled' : 'unknown';
    const settledAt = state === 'settled' ? at : null;
    attempt.entry = { ...attempt.entry, state, settledAt, costNano, costBasis, usage };
    attempt.booked = attempt.holds.map((hold, index) => {
      const counter = this.#counter(hold);
      if (isHeld) counter.held -= hold.amount;
      const amount = bookedAmount(item, hold);
      // A counter that was forgotten meanwhile has nothing that could be taken off it.
      counter.spent = Math.max(0, counter.spent + amount - (attempt.booked[index] ?? 0));
      counter.usedAt = at;
      return amount;
    });
    this.#dropOldest();
  }

  /** One state an address, in the order asked. */
  counters(addresses: readonly CounterAddress[]): readonly CounterState[] {
    return addresses.map(({ subject, windowStart }) => {
      const { spent, held, unknown } = this.#balanceOf(subject, windowStart);
      return { subject, windowStart, spent, held, unknown };
    });
  }

  /** See `Ledger.entries`. */
  entries(query: { readonly requestId?: string; readonly limit: number }): readonly LedgerEntry[] {
    const { requestId, limit } = query;
    const all = [...this.#attempts.values()].map(({ entry }) => entry);
    const wanted = requestId === undefined ? all : all.filter((entry) => entry.requestId === requestId);
    return limit > 0 ? wanted.slice(-limit) : [];
  }

  /** See `Pruning.pruneLog`. */
  prune({ before, most }: Keep, limit: number): number {
    let count = 0;
    for (const [id, { entry }] of this.#attempts) {
      const keeps = entry.reservedAt >= before && this.#attempts.size <= most;
      if (count === limit || keeps || entry.state === 'reserved') break;
      this.#attempts.delete(id);
      count++;
    }
    return count;
  }

  /** See `Pruning.sweepCounters`. */
  sweepCounters(isOver: (counter: UsedCounter) => boolean): CounterSweep {
    const walk = this.#counters.entries();
    const next = async (limit: number): Promise<'more' | 'done'> => {
      for (let looked = 0; looked < limit; looked++) {
        const { done, value } = walk.next();
        if (done) return 'done';
        const [address, { held, usedAt }] = value;
        if (held === 0 && isOver({ ...address, usedAt })) this.#counters.delete(address);
      }
      return 'more';
    };
    return { next };
  }

  readonly #balanceOf = (subject: string, windowStart: number): Balance =>
    this.#counters.get(subject, windowStart) ?? NOTHING;

  #counter(address: CounterAddress): Counter {
    let counter = this.#counters.get(address.subject, address.windowStart);
    if (!counter) {
      counter = { ...NOTHING, usedAt: null };
      this.#counters.set(address, counter);
    }
    return counter;
  }

  /** Only the oldest is looked at: an attempt that runs for long keeps younger ones with it, not for ever. */
  #dropOldest(): void {
    for (const [id, { entry }] of this.#attempts) {
      if (this.#attempts.size <= this.#mostEntries || entry.state === 'reserved') return;
      this.#attempts.delete(id);
    }
  }
}

function entryOf(item: Reservation): LedgerEntry {
  const { attemptId, requestId, keyId, providerId, virtualKeyId, model, at, amountNano } = item;
  return {
    attemptId,
    requestId,
    keyId,
    providerId,
    virtualKeyId,
    model,
    reservedAt: at,
    reservedNano: amountNano,
    state: 'reserved',
    settledAt: null,
    costNano: 0,
    costBasis: 'unknown',
    usage: null,
  };
}
