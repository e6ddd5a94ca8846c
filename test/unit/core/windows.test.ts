import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { addressOf, windowAt } from '../../../server/core/quota/windows.ts';

const HOUR_MS = 3_600_000;
const at = (text: string): number => Date.parse(text);

describe('the windows of quotas and budgets', () => {
  it('begin by the calendar of their zone', () => {
    for (const [kind, zone, now, start, end] of [
      ['day', 'America/New_York', '2026-11-24T03:00Z', '2026-11-23T05:00Z', '2026-11-24T05:00Z'],
      ['day', 'Asia/Kolkata', '2026-11-24T20:00Z', '2026-11-24T18:30Z', '2026-11-25T18:30Z'],
      ['hour', 'Asia/Kolkata', '2026-11-24T20:10Z', '2026-11-24T19:30Z', '2026-11-24T20:30Z'],
      ['week', 'Europe/Berlin', '2026-11-24T12:00Z', '2026-11-22T23:00Z', '2026-11-29T23:00Z'],
      ['month', 'Europe/Berlin', '2026-10-31T23:30Z', '2026-10-31T23:00Z', '2026-11-30T23:00Z'],
      ['minute', 'UTC', '2026-11-24T12:00:59Z', '2026-11-24T12:00Z', '2026-11-24T12:01Z'],
    ] as const) {
      const window = windowAt({ kind }, at(now), { timeZone: zone, resetAt: null });
      assert.deepEqual(
        [new Date(window.start).toISOString(), new Date(window.end ?? 0).toISOString()],
        [new Date(at(start)).toISOString(), new Date(at(end)).toISOString()],
        `${kind} in ${zone}`,
      );
    }
  });

  it('have 23 or 25 hours where the clocks change', () => {
    const length = (now: string): number => {
      const { start, end } = windowAt({ kind: 'day' }, at(now), { timeZone: 'Europe/Berlin', resetAt: null });
      return ((end ?? 0) - start) / HOUR_MS;
    };
    assert.equal(length('2026-03-29T10:00Z'), 23);
    assert.equal(length('2026-10-25T10:00Z'), 25);
    assert.equal(length('2026-11-24T10:00Z'), 24);
  });

  it('repeat from a known reset, a month on its day or its last', () => {
    const options = { timeZone: 'UTC', resetAt: at('2026-01-31T06:00Z') };
    const month = windowAt({ kind: 'month' }, at('2026-03-15T00:00Z'), options);
    assert.equal(month.start, at('2026-02-28T06:00Z'));
    assert.equal(month.end, at('2026-03-31T06:00Z'));
    const day = windowAt({ kind: 'day' }, at('2026-02-10T05:59Z'), options);
    assert.equal(day.start, at('2026-02-09T06:00Z'));
  });

  it('cover time without gaps or overlaps', () => {
    const cases = fc.record({
      kind: fc.constantFrom('minute', 'hour', 'day', 'week', 'month' as const),
      timeZone: fc.constantFrom(
        'UTC',
        'Europe/Berlin',
        'America/New_York',
        'Asia/Kolkata',
        'Australia/Lord_Howe',
      ),
      now: fc.integer({ min: at('2024-01-01T00:00Z'), max: at('2030-01-01T00:00Z') }),
      resetAt: fc.option(fc.integer({ min: at('2024-01-01T00:00Z'), max: at('2030-01-01T00:00Z') }), {
        nil: null,
      }),
    });
    fc.assert(
      fc.property(cases, ({ kind, timeZone, now, resetAt }) => {
        const options = { timeZone, resetAt };
        const { start, end } = windowAt({ kind }, now, options);
        assert.ok(end !== null && start <= now && now < end);
        assert.equal(windowAt({ kind }, end, options).start, end);
        assert.equal(windowAt({ kind }, start - 1, options).end, start);
      }),
      { numRuns: 500 },
    );
  });

  it('that roll count every slice that may still hold something', () => {
    const cases = fc.record({
      ms: fc.integer({ min: 1000, max: 90 * 24 * HOUR_MS }),
      now: fc.integer({ min: at('2026-01-01T00:00Z'), max: at('2027-01-01T00:00Z') }),
      share: fc.double({ min: 0, max: 0.999, noNaN: true }),
    });
    fc.assert(
      fc.property(cases, ({ ms, now, share }) => {
        const options = { timeZone: null, resetAt: null };
        const used = now - Math.floor(share * ms);
        const { windowStart } = addressOf('q', { kind: 'rolling', ms }, used, options);
        const present = addressOf('q', { kind: 'rolling', ms }, now, options);
        assert.ok([present.windowStart, ...(present.earlierSlices ?? [])].includes(windowStart));
      }),
    );
  });
});
