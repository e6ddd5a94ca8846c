import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { type Candidate, decide, replay } from '../../../server/core/routing/decide.ts';
import { explain } from '../../../server/core/routing/explain.ts';
import { OBJECTIVE_NAMES, type Objective } from '../../../shared/model/objectives.ts';
import type { CandidateFacts, Decision } from '../../../shared/model/trace.ts';

const FACTS: CandidateFacts = {
  successRate: 0.98,
  headroom: 1,
  expectedNano: 1000,
  expectedMs: 500,
  quality: 0.5,
  fairTag: 0,
  weight: 1,
  served: 0,
  recovering: false,
  cachedTokens: 0,
  cacheSavesNano: 0,
  preference: 0,
  exhaustedAt: null,
  turn: 0,
};

function candidate(keyId: string, facts: Partial<CandidateFacts> = {}): Candidate {
  return { keyId, providerId: 'p', model: 'm', facts: { ...FACTS, ...facts } };
}

function choose(objective: Objective, candidates: readonly Candidate[], sticky = true): Decision {
  return decide({ at: 1000, model: 'm', objective, candidates, skipped: [], rules: [], sticky }).decision;
}

function order(decision: Decision): readonly string[] {
  return decision.candidates.map(({ keyId }) => keyId);
}

const facts: fc.Arbitrary<Partial<CandidateFacts>> = fc.record({
  successRate: fc.double({ min: 0, max: 1, noNaN: true }),
  headroom: fc.double({ min: 0, max: 1, noNaN: true }),
  expectedNano: fc.option(fc.integer({ min: 0, max: 1_000_000 }), { nil: null }),
  expectedMs: fc.option(fc.integer({ min: 1, max: 60_000 }), { nil: null }),
  quality: fc.double({ min: 0, max: 1, noNaN: true }),
  fairTag: fc.integer({ min: 0, max: 50 }),
  recovering: fc.boolean(),
  cachedTokens: fc.integer({ min: 0, max: 100_000 }),
  cacheSavesNano: fc.integer({ min: 0, max: 100_000 }),
  preference: fc.integer({ min: 0, max: 2 }),
  exhaustedAt: fc.option(fc.integer({ min: 0, max: 4_000_000 }), { nil: null }),
});
const objectives: fc.Arbitrary<Objective> = fc.oneof(
  fc.record({ primary: fc.constantFrom(...OBJECTIVE_NAMES), secondary: fc.constantFrom(...OBJECTIVE_NAMES) }),
  fc.record({
    weights: fc.record({
      cost: fc.double({ min: 0.01, max: 1, noNaN: true }),
      reliability: fc.double({ min: 0, max: 1, noNaN: true }),
      speed: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  }),
);

describe('a decision', () => {
  it('follows its objective', () => {
    const cheap = candidate('cheap', { expectedNano: 100, expectedMs: 900, successRate: 0.8 });
    const quick = candidate('quick', { expectedNano: 900, expectedMs: 100, successRate: 0.9 });
    const good = candidate('good', { expectedNano: 950, expectedMs: 950, quality: 0.9, fairTag: 3 });
    const all = [good, quick, cheap];
    assert.equal(order(choose({ primary: 'cost' }, all))[0], 'cheap');
    assert.equal(order(choose({ primary: 'speed' }, all))[0], 'quick');
    assert.equal(order(choose({ primary: 'quality' }, all))[0], 'good');
    assert.equal(order(choose({ primary: 'reliability' }, all))[0], 'good');
    assert.notEqual(order(choose({ primary: 'fairness' }, all))[0], 'good');
    assert.equal(order(choose({ weights: { cost: 1, speed: 3 } }, all))[0], 'quick');
  });

  it('asks the second objective only where the first sees no difference', () => {
    const a = candidate('a', { expectedNano: 1000, expectedMs: 900 });
    const b = candidate('b', { expectedNano: 1001, expectedMs: 100 });
    assert.deepEqual(order(choose({ primary: 'cost' }, [a, b])), ['a', 'b']);
    assert.deepEqual(order(choose({ primary: 'cost', secondary: 'speed' }, [a, b])), ['b', 'a']);
  });

  it('keeps a conversation at its cache unless another is clearly better', () => {
    const holder = candidate('holder', { cachedTokens: 9000, cacheSavesNano: 500, fairTag: 9 });
    const other = candidate('other');
    const kept = choose({ primary: 'reliability' }, [other, holder]);
    assert.deepEqual([order(kept)[0], kept.keptFor], ['holder', 'prompt_cache']);
    assert.match(explain(kept), /holder serves m .* kept for its prompt cache before other/);
    assert.equal(order(choose({ primary: 'reliability' }, [other, holder], false))[0], 'other');
    const failing = { ...holder, facts: { ...holder.facts, successRate: 0.5 } };
    assert.equal(order(choose({ primary: 'reliability' }, [other, failing]))[0], 'other');
  });

  it('is the same for the same input, and made again from what is kept of it', () => {
    fc.assert(
      fc.property(fc.array(facts, { maxLength: 12 }), objectives, fc.boolean(), (list, objective, sticky) => {
        const candidates = list.map((entry, turn) => candidate(`key-${turn}`, { ...entry, turn }));
        const first = choose(objective, candidates, sticky);
        assert.deepEqual(choose(objective, candidates, sticky), first);
        const stored = JSON.parse(JSON.stringify(first)) as Decision;
        assert.deepEqual(replay(stored), first.candidates);
        assert.equal(explain(stored), explain(first));
      }),
    );
  });

  it('never puts a candidate before one that a policy prefers, recovering ones aside', () => {
    fc.assert(
      fc.property(fc.array(facts, { maxLength: 12 }), objectives, (list, objective) => {
        const candidates = list.map((entry, turn) =>
          candidate(`key-${turn}`, { ...entry, recovering: false, turn }),
        );
        const ranks = choose(objective, candidates).candidates.map((entry) => entry.facts.preference);
        assert.deepEqual(
          ranks,
          [...ranks].sort((a, b) => a - b),
        );
      }),
    );
  });

  it('does not tell a prior as experience', () => {
    const alone = (facts: Partial<CandidateFacts>): string =>
      explain(choose({ primary: 'cost' }, [candidate('k', facts)]));
    assert.match(alone({ untried: true }), /\(no requests yet, about/);
    assert.match(alone({ untried: true, served: 2 }), /\(no answer with this model yet, about/);
    assert.match(alone({ served: 2 }), /\(success rate 98 %, about/);
  });

  it('explains what was left out, by which policy and for how long', () => {
    const { decision } = decide({
      at: 1000,
      model: 'm',
      objective: { primary: 'cost', secondary: 'reliability' },
      candidates: [candidate('a', { expectedNano: 2_000_000 })],
      skipped: [
        { keyId: 'b', reason: 'throttled', until: 8000 },
        { keyId: 'c', reason: 'region', rule: { policy: 'regions', index: 0, action: 'require_region' } },
      ],
      rules: [{ policy: 'regions', index: 0, action: 'require_region' }],
      sticky: true,
    });
    assert.equal(
      explain(decision, (id) => id.toUpperCase()),
      'A is the only key that can serve m now (success rate 98 %, about $0.0020, about 0.5 s). ' +
        'Left out: B is throttled for 7 s more; C is outside the allowed regions (policy regions). ' +
        'Policies: require_region of regions.',
    );
  });
});
