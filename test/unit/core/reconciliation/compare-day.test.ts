import assert from 'node:assert/strict';
import { compareDay, type DayFacts } from '../../../../server/core/reconciliation/compare-day.ts';
import type { LedgerEntry } from '../../../../server/core/ports/store.ts';

const DAY = Date.parse('2026-11-20');
const HOUR_MS = 3_600_000;

const ATTEMPT: LedgerEntry = {
  attemptId: 'att_1',
  requestId: 'req_1',
  keyId: 'key_1',
  providerId: 'openai',
  virtualKeyId: 'vk_1',
  model: 'gpt-5',
  reservedAt: DAY + HOUR_MS,
  reservedNano: 100,
  state: 'unknown',
  settledAt: null,
  costNano: 40,
  costBasis: 'estimated',
  usage: null,
};

function facts(parts: Partial<DayFacts>): DayFacts {
  const settled = { providerId: 'openai', keyId: 'key_1', day: DAY, attempts: 3 };
  return {
    day: DAY,
    settled: [{ ...settled, costNano: 1000, estimatedNano: 200 }],
    unknown: [ATTEMPT],
    billedNano: 1060,
    coverage: 'declared',
    now: DAY + 48 * HOUR_MS,
    ...parts,
  };
}

describe('a day of the ledger beside its bill', () => {
  it('keeps what nobody saw ending apart from what is settled', () => {
    assert.deepEqual(compareDay(facts({})), {
      day: '2026-11-20',
      attempts: 3,
      settledNano: 1000,
      estimatedNano: 200,
      unknownAttempts: 1,
      unknownNano: 100,
      billedNano: 1060,
      driftPercent: -5.66,
      resolution: 'possible',
    });
  });

  it('tells drift only where there is a bill', () => {
    const drift = (billedNano: number | null): number | null =>
      compareDay(facts({ billedNano })).driftPercent;
    assert.equal(drift(null), null);
    assert.equal(drift(0), null);
    assert.equal(drift(1000), 0);
    assert.equal(drift(800), 25);
    assert.equal(compareDay(facts({ settled: [], billedNano: 0 })).driftPercent, 0);
  });

  it('says what is in the way of resolving it', () => {
    const resolution = (parts: Partial<DayFacts>): string => compareDay(facts(parts)).resolution;
    assert.equal(resolution({ unknown: [] }), 'nothing');
    assert.equal(resolution({ now: DAY + 47 * HOUR_MS }), 'day_not_final');
    assert.equal(resolution({ billedNano: null }), 'not_billed_yet');
    assert.equal(resolution({ billedNano: 999 }), 'billed_less');
    assert.equal(resolution({ billedNano: 1000 }), 'possible');
    assert.equal(resolution({ billedNano: 1100 }), 'possible');
    assert.equal(resolution({ billedNano: 1101 }), 'billed_more');
    assert.equal(resolution({ coverage: 'learned' }), 'shared');
    assert.equal(resolution({ coverage: 'organisation' }), 'shared');
  });
});
