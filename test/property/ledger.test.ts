import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { MemoryStore } from '../../server/adapters/memory/memory-store.ts';
import { SqliteStore } from '../../server/adapters/sqlite/sqlite-store.ts';
import type {
  Amounts,
  CounterState,
  CounterUnit,
  LedgerEntry,
  Reservation,
  Settlement,
  Store,
} from '../../server/core/ports/store.ts';
import { hold, reservation, settlement, state } from '../contract/store-samples.ts';
import { createTempFolder } from '../support/temp-folder.ts';

const LIMIT = 1000;
const COUNTERS = [
  { subject: 'global/day', windowStart: 0 },
  { subject: 'virtual_key:a/day', windowStart: 0 },
  { subject: 'virtual_key:a/day', windowStart: 1 },
  { subject: 'quota:tokens', windowStart: 0 },
  { subject: 'quota:tokens', windowStart: 1 },
  { subject: 'quota:requests', windowStart: 0 },
];
const UNITS: Readonly<Record<string, CounterUnit>> = {
  'quota:tokens': 'total_tokens',
  'quota:requests': 'requests',
};

/** One attempt of a sequence: what it holds, and on which counters (one may be named twice). */
interface Attempt {
  readonly amount: number;
  readonly counters: readonly number[];
}

type Step =
  | { readonly do: 'reserve' | 'settle' | 'give up'; readonly attempt: number; readonly quarters: number }
  | { readonly do: 'turn' | 'crash' | 'hand over' };

const attempts = fc.array(
  fc.record({
    amount: fc.nat({ max: 600 }),
    counters: fc.array(fc.nat({ max: COUNTERS.length - 1 }), { maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 12 },
);
const request = fc.record({
  do: fc.constantFrom('reserve' as const, 'settle' as const, 'give up' as const),
  attempt: fc.nat({ max: 11 }),
  quarters: fc.nat({ max: 4 }),
});
const turn = fc.constant({ do: 'turn' as const });
const ending = fc.record({ do: fc.constantFrom('turn' as const, 'crash' as const, 'hand over' as const) });

function reservationOf(id: number, { amount, counters }: Attempt): Reservation {
  const holds = counters.map((index) => {
    const counter = COUNTERS[index];
    assert.ok(counter);
    return hold({ ...counter, unit: unitOf(counter.subject), amount, limit: LIMIT });
  });
  return reservation(`a${id}`, { amountNano: amount, holds });
}

/** A cost of at most the hold; other units have amounts of their own, as small. */
function settlementOf(
  id: number,
  { amount }: Attempt,
  quarters: number,
  how: 'settle' | 'give up',
): Settlement {
  const costNano = Math.floor((amount * quarters) / 4);
  // Given up: nobody saw what it cost.
  const unseen = how === 'give up' ? { costBasis: 'estimated', mostNano: amount } : {};
  return settlement(`a${id}`, { costNano, amounts: amountsOf(costNano), ...(unseen as Partial<Settlement>) });
}

function amountsOf(costNano: number): Amounts {
  return { total_tokens: Math.floor(costNano / 2), requests: Math.min(1, costNano) };
}

function unitOf(subject: string): CounterUnit {
  return UNITS[subject] ?? 'nano_usd';
}

/** Where the steps run: a crash or a hand-over opens the next store. */
interface Stage {
  readonly current: () => Store;
  readonly crash: () => Promise<void>;
  readonly handOver: () => Promise<void>;
}

/** Runs the steps, those between two turns in one; returns every answer with the counters after each turn. */
async function play(stage: Stage, plan: readonly Attempt[], steps: readonly Step[]): Promise<unknown[]> {
  const answers: unknown[] = [];
  let running: Promise<unknown>[] = [];
  for (const step of [...steps, { do: 'turn' } as const]) {
    if (step.do === 'reserve' || step.do === 'settle' || step.do === 'give up') {
      const id = step.attempt % plan.length;
      const attempt = plan[id];
      assert.ok(attempt);
      running.push(
        step.do === 'reserve'
          ? stage.current().reserveMany([reservationOf(id, attempt)])
          : stage.current().settleMany([settlementOf(id, attempt, step.quarters, step.do)]),
      );
      continue;
    }
    answers.push(...(await Promise.all(running)));
    running = [];
    answers.push(await stage.current().counters(COUNTERS));
    if (step.do === 'crash') await stage.crash();
    if (step.do === 'hand over') await stage.handOver();
  }
  return answers;
}

/** What the counters have to be, by the entries alone. */
function sumsOf(plan: readonly Attempt[], entries: readonly LedgerEntry[]): readonly CounterState[] {
  return COUNTERS.map((counter, index) => {
    const sums = { spent: 0, held: 0, unknown: 0 };
    for (const { attemptId, state: ended, costNano, costBasis, reservedNano } of entries) {
      const times = plan[Number(attemptId.slice(1))]?.counters.filter((each) => each === index).length ?? 0;
      if (times === 0) continue;
      const unit = unitOf(counter.subject);
      const givenUp = ended === 'unknown' && costBasis === 'estimated';
      const money = givenUp ? reservedNano : costNano;
      if (ended === 'settled' || givenUp)
        sums.spent += unit === 'nano_usd' ? money : (amountsOf(costNano)[unit] ?? 0);
      else if (ended === 'reserved') sums.held += reservedNano * times;
      else sums.unknown += reservedNano * times;
    }
    return state(counter, sums);
  });
}

/** Stores on one file, one after another or beside each other. */
async function sqliteStage(): Promise<Stage & { readonly leave: () => Promise<void> }> {
  const folder = await createTempFolder();
  const opened: SqliteStore[] = [];
  const alive = new Set<number>();
  const open = () => {
    const pid = opened.length + 1;
    alive.add(pid);
    const store = SqliteStore.open({
      file: folder.file('store.db'),
      instance: { id: `instance ${pid}`, pid },
      clock: { now: () => 0 },
      isAlive: (asked) => alive.has(asked),
    });
    opened.push(store);
    return store;
  };
  let current = open();
  return {
    current: () => current,
    crash: async () => {
      // Its connection stays open, but the former store never writes again, and its process counts as gone.
      alive.delete(opened.indexOf(current) + 1);
      current = opened.find((store, index) => alive.has(index + 1) && store !== current) ?? open();
      await current.recoverAbandoned(0);
    },
    handOver: async () => {
      // The former goes on living; a later crash may hand the work back to it, its counters stale by then.
      current = open();
    },
    leave: async () => {
      for (const store of opened) await store.close();
      await folder.remove();
    },
  };
}

describe('the ledger, whatever happens to it', () => {
  it('is the same in memory and in SQLite', () =>
    fc.assert(
      fc.asyncProperty(
        attempts,
        fc.array(fc.oneof(request, turn), { maxLength: 60 }),
        async (plan, steps) => {
          const sqlite = await sqliteStage();
          const memory = new MemoryStore();
          const impossible = async () => assert.fail('a memory store ends with its process');
          try {
            const inMemory = await play(
              { current: () => memory, crash: impossible, handOver: impossible },
              plan,
              steps,
            );
            assert.deepEqual(withoutMessages(await play(sqlite, plan, steps)), withoutMessages(inMemory));
            const all = { limit: 100 };
            assert.deepEqual(await sqlite.current().entries(all), await memory.entries(all));
          } finally {
            await sqlite.leave();
          }
        },
      ),
      { numRuns: 60 },
    )).timeout(60_000);

  it('is never overspent and equals the sum of its entries, also over crashes and hand-overs', () =>
    fc.assert(
      fc.asyncProperty(
        attempts,
        fc.array(fc.oneof(request, ending), { maxLength: 60 }),
        async (plan, steps) => {
          const stage = await sqliteStage();
          try {
            await play(stage, plan, steps);
            const entries = await stage.current().entries({ limit: 100 });
            const counters = await stage.current().counters(COUNTERS);
            assert.deepEqual(counters, sumsOf(plan, entries));
            for (const { spent, held, unknown } of counters) assert.ok(spent + held + unknown <= LIMIT);
          } finally {
            await stage.leave();
          }
        },
      ),
      { numRuns: 60 },
    )).timeout(60_000);

  it('books a cost once, however often and in whichever company it is settled', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.nat({ max: 2 }), { maxLength: 5 }), { maxLength: 8 }),
        async (calls) => {
          const store = new MemoryStore();
          const plan = [0, 1, 2].map((index) => ({ amount: 100 * (index + 1), counters: [0] }));
          await store.reserveMany(plan.map((attempt, id) => reservationOf(id, attempt)));
          for (const ids of calls) {
            await store.settleMany(ids.map((id) => settlement(`a${id}`, { costNano: 10 ** id })));
          }
          const settled = [...new Set(calls.flat())];
          const [counter] = await store.counters(COUNTERS);
          assert.equal(
            counter?.spent,
            settled.reduce((sum, id) => sum + 10 ** id, 0),
          );
        },
      ),
    ));
});

/** Each store says in its own words why it can't admit an attempt twice. */
function withoutMessages(answers: readonly unknown[]): unknown {
  return JSON.parse(JSON.stringify(answers, (name, value: unknown) => (name === 'message' ? '' : value)));
}
