import { type Balance, isAmount, judgeReservation } from '../../core/ledger/judge-reservation.ts';
import type {
  Admission,
  CounterAddress,
  CounterState,
  Hold,
  LedgerEntry,
  Reservation,
  Settlement,
} from '../../core/ports/store.ts';
import { RouterError } from '../../core/router-error.ts';

interface Attempt {
  entry: LedgerEntry;
  readonly holds: readonly Hold[];
}

interface Counter extends Balance {
  spentNano: number;
  heldNano: number;
}

/**
 * Money in memory, synchronous. It ends with its process, so it never meets an attempt that another process left
 * open: nothing here is ever of unknown outcome.
 */
export class MemoryLedger {
  readonly #attempts = new Map<string, Attempt>();
  readonly #counters = new Map<string, Counter>();
  readonly #mostEntries: number;

  constructor(mostEntries: number) {
    this.#mostEntries = mostEntries;
  }

  /** Takes the holds if all of them fit; an attempt is admitted once. */
  reserve(item: Reservation): Admission {
    const admission = judgeReservation(item, (counter) => this.#counter(counter));
    if (!admission.ok) return admission;
    if (this.#attempts.has(item.attemptId)) {
      return { ok: false, code: 'unavailable', message: `Attempt ${item.attemptId} exists already.` };
    }
    this.#attempts.set(item.attemptId, { entry: entryOf(item), holds: item.holds });
    for (const hold of item.holds) this.#counter(hold).heldNano += hold.amountNano;
    return admission;
  }

  /** Books an outcome once. Throws on a cost that is no amount. */
  settle(item: Settlement): void {
    if (!isAmount(item.costNano)) {
      throw new RouterError('internal', 'A settlement needs a whole, non-negative cost.');
    }
    const attempt = this.#attempts.get(item.attemptId);
    if (!attempt || attempt.entry.state === 'settled') return;
    const { at, costNano, costBasis, usage } = item;
    attempt.entry = { ...attempt.entry, state: 'settled', settledAt: at, costNano, costBasis, usage };
    const counters = new Set<Counter>();
    for (const hold of attempt.holds) {
      const counter = this.#counter(hold);
      counter.heldNano -= hold.amountNano;
      counters.add(counter);
    }
    for (const counter of counters) counter.spentNano += costNano;
    this.#dropOldest();
  }

  /** One state an address, in the order asked. */
  counters(addresses: readonly CounterAddress[]): readonly CounterState[] {
    return addresses.map(({ subject, windowStart }) => {
      const { spentNano, heldNano, unknownNano } = this.#counter({ subject, windowStart });
      return { subject, windowStart, spentNano, heldNano, unknownNano };
    });
  }

  /** See `Ledger.entries`. */
  entries(query: { readonly requestId?: string; readonly limit: number }): readonly LedgerEntry[] {
    const { requestId, limit } = query;
    const all = [...this.#attempts.values()].map(({ entry }) => entry);
    const wanted = requestId === undefined ? all : all.filter((entry) => entry.requestId === requestId);
    return limit > 0 ? wanted.slice(-limit) : [];
  }

  #counter({ subject, windowStart }: CounterAddress): Counter {
    const name = `${windowStart} ${subject}`;
    let counter = this.#counters.get(name);
    if (!counter) {
      counter = { spentNano: 0, heldNano: 0, unknownNano: 0 };
      this.#counters.set(name, counter);
    }
    return counter;
  }

  /** Only the oldest is looked at: an attempt that runs for long keeps younger ones with it, not for ever. */
  #dropOldest(): void {
    for (const [id, { entry }] of this.#attempts) {
      if (this.#attempts.size <= this.#mostEntries || entry.state !== 'settled') return;
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
