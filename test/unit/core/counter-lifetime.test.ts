import assert from 'node:assert/strict';
import { BudgetBook } from '../../../server/core/budget/budget-book.ts';
import { CounterLifetime } from '../../../server/core/retention/counter-lifetime.ts';
import type { TimeWindow } from '../../../shared/model/limits.ts';
import { budget, quota } from '../../contract/store-samples.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 24, 12);

/** Whether a counter is over that was used last so long ago. */
function isOver(subject: string, windowStart: number, idleMs: number | null = 0): boolean {
  const budgets = new BudgetBook();
  const configured: Readonly<Record<string, TimeWindow>> = {
    day: { kind: 'day' },
    total: { kind: 'total' },
    hours: { kind: 'rolling', ms: 2 * HOUR },
    'policy/all # of us/0': { kind: 'total' },
  };
  for (const [id, window] of Object.entries(configured)) budgets.set(budget(id, { window, timeZone: 'UTC' }));
  const quotas = [quota('q', { window: { kind: 'month' }, timeZone: 'UTC' })];
  const usedAt = idleMs === null ? null : NOW - idleMs;
  return new CounterLifetime(budgets, quotas, NOW).isOver({ subject, windowStart, usedAt });
}

describe('a counter is over', () => {
  const today = Date.UTC(2026, 10, 24);

  it('when its window has ended, and a while after', () => {
    assert.deepEqual([isOver('budget:day', today), isOver('budget:day', today - DAY)], [false, true]);
    assert.deepEqual([isOver('budget:day#c', today), isOver('budget:day#c', today - DAY)], [false, true]);
    assert.deepEqual(
      [0, 2, 3.2].map((hours) => isOver('budget:hours', NOW - hours * HOUR)),
      [false, false, true],
    );
    const [november, october] = [Date.UTC(2026, 10, 1), Date.UTC(2026, 9, 1)];
    assert.deepEqual([isOver('quota:q', november), isOver('quota:q', october)], [false, true]);
  });

  it('when its conversation was idle for a month, where it has no window', () => {
    assert.deepEqual(
      [isOver('budget:total#c', 0, 29 * DAY), isOver('budget:total#c', 0, 31 * DAY)],
      [false, true],
    );
    assert.equal(isOver('budget:total#c', 0, null), false, 'nobody knows when that was');
  });

  it('never, where it has neither window nor conversation', () => {
    assert.equal(isOver('budget:total', 0, 999 * DAY), false);
    assert.equal(isOver('budget:policy/all # of us/0', 0, 999 * DAY), false);
    assert.equal(isOver('virtual_key:v/total', 0, 999 * DAY), false);
    assert.equal(isOver('something:else', 1, 999 * DAY), false);
  });

  it('after thirteen months, where it is the history of a key or of a caller', () => {
    for (const subject of ['global/day', 'key:k/day', 'virtual_key:v/month']) {
      assert.deepEqual([isOver(subject, NOW - 399 * DAY), isOver(subject, NOW - 401 * DAY)], [false, true]);
    }
  });

  it('after two months, where its budget or quota is not there any more', () => {
    for (const subject of ['budget:gone', 'budget:gone#c', 'quota:gone']) {
      assert.deepEqual([isOver(subject, NOW - 61 * DAY), isOver(subject, NOW - 63 * DAY)], [false, true]);
    }
  });
});
