import assert from 'node:assert/strict';
import { CellBook } from '../../../../server/core/key/cell-book.ts';
import { assertLegal } from '../../../../server/core/key/transitions.ts';
import type { CellRecord, CellState, StateTransition } from '../../../../shared/model/states.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

const CELL = { owner: 'key:a', family: 'gpt-5', dimension: 'requests' } as const;
const STATES: readonly CellState[] = ['available', 'throttled', 'exhausted', 'recovering'];

describe('the states of a cell', () => {
  it('change only as limits do: what ended is tried before it is available', () => {
    const legal = STATES.flatMap((from) =>
      STATES.filter((to) => {
        try {
          assertLegal(from, to, 'key:a');
          return true;
        } catch {
          return false;
        }
      }).map((to) => `${from} > ${to}`),
    );
    assert.deepEqual(legal, [
      'available > throttled',
      'available > exhausted',
      'throttled > available',
      'throttled > throttled',
      'throttled > exhausted',
      'throttled > recovering',
      'exhausted > available',
      'exhausted > throttled',
      'exhausted > exhausted',
      'exhausted > recovering',
      'recovering > available',
      'recovering > throttled',
      'recovering > exhausted',
    ]);
  });

  it('follow one another without a gap, each with its time and cause', () => {
    const clock = new ManualClock(1_000);
    const transitions: StateTransition[] = [];
    let last: readonly CellRecord[] = [];
    const cells = new CellBook(clock, {
      changed: (records, changes) => {
        last = records;
        transitions.push(...changes);
      },
    });
    cells.close(CELL, { state: 'throttled', until: 2_000, trigger: 'rate_limited', requestId: 'r1' });
    clock.advance(1_000);
    cells.beginProbe(['key:a'], 'gpt-5', 'r2');
    cells.close(CELL, { state: 'exhausted', until: 5_000, trigger: 'quota_exhausted', requestId: 'r2' });
    clock.advance(3_000);
    cells.beginProbe(['key:a'], 'gpt-5', 'r3');
    cells.succeeded(['key:a'], 'gpt-5', 'r3');
    assert.deepEqual(
      transitions.map(({ at, from, to, trigger, until, requestId }) => [
        at,
        from,
        to,
        trigger,
        until,
        requestId,
      ]),
      [
        [1_000, 'available', 'throttled', 'rate_limited', 2_000, 'r1'],
        [2_000, 'throttled', 'recovering', 'wait_elapsed', null, undefined],
        [2_000, 'recovering', 'exhausted', 'quota_exhausted', 5_000, 'r2'],
        [5_000, 'exhausted', 'recovering', 'wait_elapsed', null, undefined],
        [5_000, 'recovering', 'available', 'success', null, 'r3'],
      ],
    );
    assert.equal(last[0]?.failures, 0);
    assert.equal(clock.pending, 0);
  });

  it('keep the later end of two, and are not ended by an answer to an older request', () => {
    const clock = new ManualClock(0);
    const cells = new CellBook(clock, { changed: () => undefined });
    cells.close(CELL, { state: 'throttled', until: 60_000, trigger: 'rate_limited' });
    cells.close(CELL, { state: 'throttled', until: 5_000, trigger: 'rate_limited' });
    assert.equal(cells.obstacle(['key:a'], 'gpt-5')?.until, 60_000);
    cells.succeeded(['key:a'], 'gpt-5', 'r0');
    assert.equal(cells.obstacle(['key:a'], 'gpt-5')?.state, 'throttled');
    assert.equal(cells.obstacle(['key:a'], 'gpt-4o'), null, 'another family is free');
  });

  it('are taken over from the store: what ended meanwhile is recovering at once', () => {
    const clock = new ManualClock(10_000);
    const cells = new CellBook(clock, { changed: () => undefined });
    const stored = { ...CELL, state: 'throttled', failures: 3, since: 1 } as const;
    cells.load([
      { ...stored, until: 9_000 },
      { ...stored, owner: 'key:b', until: 11_000 },
    ]);
    clock.advance(0);
    assert.ok(cells.isRecovering(['key:a'], 'gpt-5'));
    assert.equal(cells.obstacle(['key:b'], 'gpt-5')?.until, 11_000);
    assert.equal(cells.failures({ ...CELL, owner: 'key:b' }), 3);
  });
});
