import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { LearnedLimits, type LimitUse } from '../../../server/core/quota/learned-limits.ts';

const ONE: LimitUse = { requests: 1, inputTokens: 100, outputTokens: 50 };
const NOW = 1_000_000;

describe('limits that a provider tells of', () => {
  let limits: LearnedLimits;

  beforeEach(() => {
    limits = new LearnedLimits();
  });

  function read(limit: number, remaining: number, resetAt: number | null = NOW + 60_000): void {
    const mark = limits.sent('group:a', 'gpt-5', ONE);
    limits.read('group:a', 'gpt-5', [{ dimension: 'requests', limit, remaining, resetAt }], mark, NOW);
  }

  it('leave everything open before the first answer', () => {
    assert.equal(limits.shareLeft('group:a', 'gpt-5', NOW), 1);
    assert.equal(limits.spentUntil('group:a', 'gpt-5', NOW), null);
    assert.equal(limits.find('group:a', 'gpt-5', 'requests', NOW), null);
  });

  it('go down with every request that is sent after the answer', () => {
    read(10, 3);
    assert.deepEqual(limits.find('group:a', 'gpt-5', 'requests', NOW), { limit: 10, remaining: 3 });
    for (let count = 0; count < 3; count++) limits.sent('group:a', 'gpt-5', ONE);
    assert.deepEqual(limits.find('group:a', 'gpt-5', 'requests', NOW), { limit: 10, remaining: 0 });
    assert.equal(limits.spentUntil('group:a', 'gpt-5', NOW), NOW + 60_000);
  });

  it('count what runs while an answer comes: its headers know nothing of it', () => {
    const mark = limits.sent('group:a', 'gpt-5', ONE);
    limits.sent('group:a', 'gpt-5', ONE);
    limits.sent('group:a', 'gpt-5', ONE);
    const reading = { dimension: 'requests', limit: 10, remaining: 9, resetAt: NOW + 60_000 } as const;
    limits.read('group:a', 'gpt-5', [reading], mark, NOW);
    assert.equal(limits.find('group:a', 'gpt-5', 'requests', NOW)?.remaining, 7);
  });

  it('keep what the newest attempt was told, in whatever order the answers come', () => {
    const first = limits.sent('group:a', 'gpt-5', ONE);
    const second = limits.sent('group:a', 'gpt-5', ONE);
    const reading = { dimension: 'requests', limit: 10, resetAt: NOW + 60_000 } as const;
    limits.read('group:a', 'gpt-5', [{ ...reading, remaining: 8 }], second, NOW);
    limits.read('group:a', 'gpt-5', [{ ...reading, remaining: 9 }], first, NOW);
    assert.equal(limits.find('group:a', 'gpt-5', 'requests', NOW)?.remaining, 8);
  });

  it('fill up evenly until their reset, and are open again after it', () => {
    read(10, 0);
    assert.equal(limits.spentUntil('group:a', 'gpt-5', NOW), NOW + 60_000);
    assert.equal(limits.spentUntil('group:a', 'gpt-5', NOW + 6_000), null);
    assert.equal(limits.shareLeft('group:a', 'gpt-5', NOW + 30_000), 0.5);
    assert.equal(limits.shareLeft('group:a', 'gpt-5', NOW + 60_000), 1);
    assert.equal(limits.find('group:a', 'gpt-5', 'requests', NOW + 60_000), null);
  });

  it('are kept apart by account and family', () => {
    read(10, 0);
    assert.equal(limits.shareLeft('group:b', 'gpt-5', NOW), 1);
    assert.equal(limits.shareLeft('group:a', 'gpt-4', NOW), 1);
    assert.deepEqual(
      limits.view('group:a').map(({ family, remaining }) => [family, remaining]),
      [['gpt-5', 0]],
    );
  });

  it('are never more than the limit, whatever the answers say', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ remaining: fc.nat(100), resetIn: fc.nat(60_000), later: fc.nat(90_000) })),
        (answers) => {
          const some = new LearnedLimits();
          let now = NOW;
          for (const { remaining, resetIn, later } of answers) {
            const mark = some.sent('group:a', 'm', ONE);
            const reading = { dimension: 'requests', limit: 100, remaining, resetAt: now + resetIn } as const;
            some.read('group:a', 'm', [reading], mark, now);
            now += later;
            assert.ok(some.shareLeft('group:a', 'm', now) <= 1);
          }
        },
      ),
    );
  });
});
