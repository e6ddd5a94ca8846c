import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { MemoryStore } from '../../server/adapters/memory/memory-store.ts';
import { SqliteStore } from '../../server/adapters/sqlite/sqlite-store.ts';
import type { CounterUnit, Hold, Store } from '../../server/core/ports/store.ts';
import { hold, reservation, settlement } from '../contract/store-samples.ts';
import { createTempFolder } from '../support/temp-folder.ts';

/** A rolling window of a whole number of slices. */
interface Rolling {
  readonly subject: string;
  readonly unit: CounterUnit;
  readonly slices: number;
  readonly limit: number | null;
}

const WINDOWS: readonly Rolling[] = [
  { subject: 'quota:requests', unit: 'requests', slices: 3, limit: 5 },
  { subject: 'quota:tokens', unit: 'total_tokens', slices: 5, limit: 300 },
  { subject: 'budget:b1', unit: 'nano_usd', slices: 4, limit: 400 },
  { subject: 'budget:b2', unit: 'nano_usd', slices: 2, limit: null },
];

/** One attempt: when it comes, what it holds on which windows, and when and at what amounts it ends, if it does. */
interface Plan {
  readonly slice: number;
  readonly windows: readonly { readonly index: number; readonly amount: number }[];
  readonly end: { readonly after: number; readonly cost: number; readonly tokens: number } | null;
}

const plans = fc.array(
  fc.record({
    slice: fc.nat({ max: 12 }),
    windows: fc.array(
      fc.record({ index: fc.nat({ max: WINDOWS.length - 1 }), amount: fc.nat({ max: 150 }) }),
      {
        maxLength: 5,
      },
    ),
    end: fc.option(
      fc.record({ after: fc.nat({ max: 30 }), cost: fc.nat({ max: 200 }), tokens: fc.nat({ max: 200 }) }),
    ),
  }),
  { maxLength: 30 },
);

function windowAt(index: number): Rolling {
  const window = WINDOWS[index];
  assert.ok(window);
  return window;
}

function holdsOf({ slice, windows }: Plan): readonly Hold[] {
  return windows.map(({ index, amount }) => {
    const { subject, unit, slices, limit } = windowAt(index);
    const earlier = Array.from({ length: slices - 1 }, (_, back) => slice - 1 - back);
    const part = { subject, unit, windowStart: slice, amount: unit === 'requests' ? 1 : amount, limit };
    return hold({ ...part, earlierSlices: earlier });
  });
}

/** What happens, in the order of time; an attempt ends after those that come in the same slice. */
function eventsOf(all: readonly Plan[]): readonly { readonly id: number; readonly ends: boolean }[] {
  const events = all.flatMap((plan, id) => {
    const comes = { id, at: plan.slice * 2, ends: false };
    return plan.end ? [comes, { id, at: (plan.slice + plan.end.after) * 2 + 1, ends: true }] : [comes];
  });
  return events.sort((one, other) => one.at - other.at || one.id - other.id);
}

/** The same by plain lists: every amount with its window and slice, summed anew for each question. */
class NaiveLedger {
  readonly #admitted = new Map<number, { plan: Plan; ended: boolean }>();

  reserve(id: number, plan: Plan): boolean {
    const fits = plan.windows.every(({ index }) => {
      const { subject, slices, limit } = windowAt(index);
      if (limit === null) return true;
      let sum = this.usedOn(subject, plan.slice - slices + 1, plan.slice);
      for (const part of holdsOf(plan)) if (part.subject === subject) sum += part.amount;
      return sum <= limit;
    });
    if (fits) this.#admitted.set(id, { plan, ended: false });
    return fits;
  }

  end(id: number): void {
    const found = this.#admitted.get(id);
    if (found) found.ended = true;
  }

  usedOn(subject: string, first: number, last: number): number {
    let sum = 0;
    for (const { plan, ended } of this.#admitted.values()) {
      if (plan.slice < first || plan.slice > last) continue;
      const parts = holdsOf(plan).filter((part) => part.subject === subject);
      const unit = parts[0]?.unit;
      if (!unit) continue;
      if (!ended || !plan.end) sum += parts.reduce((total, { amount }) => total + amount, 0);
      else if (unit === 'requests') sum += 1;
      else sum += unit === 'nano_usd' ? plan.end.cost : plan.end.tokens;
    }
    return sum;
  }
}

async function followsTheModel(store: Store, all: readonly Plan[]): Promise<void> {
  const model = new NaiveLedger();
  for (const { id, ends } of eventsOf(all)) {
    const plan = all[id];
    assert.ok(plan);
    if (ends) {
      model.end(id);
      const { cost, tokens } = plan.end ?? { cost: 0, tokens: 0 };
      const amounts = { requests: 1, total_tokens: tokens };
      await store.settleMany([settlement(`a${id}`, { costNano: cost, amounts })]);
      continue;
    }
    const [admission] = await store.reserveMany([reservation(`a${id}`, { holds: holdsOf(plan) })]);
    assert.equal(admission?.ok, model.reserve(id, plan));
  }
  for (const { subject } of WINDOWS) {
    for (let slice = 0; slice <= 12; slice++) {
      const [counter] = await store.counters([{ subject, windowStart: slice }]);
      assert.ok(counter);
      assert.equal(counter.spent + counter.held, model.usedOn(subject, slice, slice));
    }
  }
}

describe('rolling windows', () => {
  it('admit in memory exactly what fits into the slices that count', () =>
    fc.assert(
      fc.asyncProperty(plans, (all) => followsTheModel(new MemoryStore(), all)),
      { numRuns: 300 },
    ));

  it('admit in SQLite exactly what fits into the slices that count', async () => {
    const folder = await createTempFolder();
    let run = 0;
    try {
      await fc.assert(
        fc.asyncProperty(plans, async (all) => {
          run++;
          const store = SqliteStore.open({
            file: folder.file(`${run}.db`),
            instance: { id: 'one', pid: 1 },
            clock: { now: () => 0 },
            isAlive: () => true,
          });
          try {
            await followsTheModel(store, all);
          } finally {
            await store.close();
          }
        }),
        { numRuns: 40 },
      );
    } finally {
      await folder.remove();
    }
  }).timeout(60_000);
});
