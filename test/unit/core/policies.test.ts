import assert from 'node:assert/strict';
import type { PolicyFacts } from '../../../server/core/policy/policy-facts.ts';
import { type Policy, type PolicyInput, policySchema } from '../../../server/core/policy/policy-schema.ts';
import { PolicySet } from '../../../server/core/policy/policy-set.ts';
import { planRoute, type RoutePlan } from '../../../server/core/policy/route-plan.ts';

const MODEL = { model: 'gpt-5.4', via: [] };
const FACTS: PolicyFacts = {
  virtualKey: ['vk_1', 'editor'],
  tool: 'codex',
  project: null,
  team: 'red',
  model: 'gpt-5.4',
  standsFor: [],
  tags: ['search'],
  inputTokens: 500,
  hasTools: false,
  streaming: true,
  at: Date.parse('2026-11-24T12:00Z'),
};
const EAST = {
  key: ['key_1', 'east'],
  provider: 'openai',
  region: 'us-east-1',
  tier: 'premium',
  tags: [],
};

function policy(input: Partial<PolicyInput> & Pick<PolicyInput, 'type' | 'rules'>): Policy {
  return policySchema.parse({ name: 'p', scope: { global: true }, ...input });
}

function plan(policies: readonly Policy[], facts: Partial<PolicyFacts> = {}): RoutePlan {
  const all = { ...FACTS, ...facts };
  return planRoute(new PolicySet(policies).forRequest(all), all.model, all.inputTokens);
}

describe('policies', () => {
  it('count by priority, then by the narrower scope, then by their place', () => {
    const fastest = policy({ name: 'fastest', type: 'routing', rules: [{ action: 'prefer_fastest' }] });
    const fair = policy({
      name: 'fair',
      type: 'routing',
      scope: { team: 'red' },
      rules: [{ action: 'prefer_fairness' }],
    });
    const good = policy({
      name: 'good',
      type: 'routing',
      priority: 5,
      rules: [{ action: 'prefer_quality' }],
    });
    const later = policy({ name: 'later', type: 'routing', rules: [{ action: 'prefer_quality' }] });
    assert.deepEqual(plan([fastest, fair]).objective, { primary: 'fairness' });
    assert.deepEqual(plan([fastest, fair, good]).objective, { primary: 'quality' });
    assert.deepEqual(plan([fastest, later]).objective, { primary: 'quality' });
    assert.deepEqual(plan([fastest, fair], { team: 'blue' }).objective, { primary: 'speed' });
  });

  it('never loosen each other: limits and constraints intersect', () => {
    const cap = (usd: number, priority: number): Policy =>
      policy({
        type: 'cost',
        priority,
        rules: [{ action: 'limit_cost_per_request', max_cost_per_request: usd }],
      });
    assert.equal(plan([cap(0.1, 0), cap(5, 100)]).maxCost?.value, 100_000_000);
    const inside = policy({
      type: 'key_selection',
      rules: [{ action: 'require_region', regions: ['us-east-1', 'eu'] }],
    });
    const europe = policy({
      type: 'key_selection',
      priority: 9,
      rules: [{ action: 'require_region', regions: ['eu'] }],
    });
    assert.equal(plan([inside]).refuse(EAST, MODEL), null);
    assert.equal(plan([inside, europe]).refuse(EAST, MODEL)?.reason, 'region');
    const attempts = (count: number): Policy =>
      policy({ type: 'failure_handling', rules: [{ action: 'max_attempts', attempts: count }] });
    assert.equal(plan([attempts(5), attempts(2)]).maxAttempts, 2);
    const reasoning = (mode: 'leave_out' | 'refuse'): Policy =>
      policy({ type: 'failure_handling', rules: [{ action: 'other_account_reasoning', mode }] });
    assert.equal(plan([]).keepReasoning, false);
    assert.equal(plan([reasoning('leave_out'), reasoning('refuse')]).keepReasoning, true);
  });

  it('about a provider or key count only for its candidates', () => {
    const denied = policy({
      type: 'routing',
      scope: { provider: 'anthropic' },
      rules: [{ action: 'deny_models', models: ['*'] }],
    });
    assert.equal(plan([denied]).refuse(EAST, MODEL), null);
    assert.equal(plan([denied]).refuse({ ...EAST, provider: 'anthropic' }, MODEL)?.reason, 'model_denied');
  });

  it('apply when their conditions hold: size, tools, tags and time of day', () => {
    const when = (condition: NonNullable<PolicyInput['rules'][number]['when']>): Policy =>
      policy({ type: 'routing', rules: [{ action: 'prefer_fastest', when: condition }] });
    const applies = (rule: Policy, facts: Partial<PolicyFacts> = {}): boolean =>
      plan([rule], facts).objective !== null;
    assert.ok(applies(when({ max_input_tokens: 500 })));
    assert.ok(!applies(when({ max_input_tokens: 499 })));
    assert.ok(!applies(when({ has_tools: true })));
    assert.ok(applies(when({ tags: ['chat', 'search'] })));
    assert.ok(applies(when({ from: '12:00', to: '13:00', time_zone: 'UTC' })));
    assert.ok(!applies(when({ from: '13:00', to: '12:00', time_zone: 'UTC' })));
    assert.ok(applies(when({ from: '22:00', to: '06:00', time_zone: 'America/Los_Angeles', days: ['tue'] })));
    assert.ok(applies(when({ days: ['tue'], time_zone: 'UTC' })));
  });

  it('name the rules that had a say', () => {
    const cheap = policy({
      name: 'cheap',
      type: 'cost',
      rules: [{ action: 'prefer_lowest_cost', max_cost_per_request: 1 }],
    });
    const idle = policy({
      name: 'idle',
      type: 'routing',
      scope: { team: 'blue' },
      rules: [{ action: 'prefer_fastest' }],
    });
    assert.deepEqual(plan([cheap, idle]).applied, [
      { policy: 'cheap', index: 0, action: 'prefer_lowest_cost' },
    ]);
  });

  it('are refused with the place of the fault', () => {
    const result = policySchema.safeParse({
      name: 'p',
      type: 'cost',
      scope: {},
      rules: [{ action: 'prefer_lowest_cost', max_cost: 1 }],
    });
    assert.ok(!result.success);
    const places = result.error.issues.map((issue) => issue.path.join('.'));
    assert.deepEqual(places, ['scope', 'rules.0']);
  });
});
