import assert from 'node:assert/strict';
import { explainEffects } from '../../../server/core/routing/explain-effects.ts';
import type { StateTransition } from '../../../shared/model/states.ts';

function sentence(change: Partial<StateTransition>): string {
  const base = { at: 1000, owner: 'key:k1', from: 'available', to: 'throttled', trigger: 'test' } as const;
  return explainEffects([{ ...base, ...change }], (id) => id.toUpperCase()).join(' ');
}

describe('the effects of an attempt', () => {
  it('are told with how long they last and for which models', () => {
    const until = 8_500;
    assert.equal(sentence({ until, family: 'gpt-5' }), 'K1 is now throttled for gpt-5, for 8 s.');
    assert.equal(
      sentence({ to: 'exhausted', family: '*', until: 901_000 }),
      'K1 is now exhausted, for 15 min.',
    );
    assert.equal(sentence({ to: 'exhausted', until: null }), 'K1 is now exhausted.');
    assert.equal(sentence({ from: 'recovering', to: 'available' }), 'K1 is available again.');
    assert.equal(sentence({ to: 'invalid' }), 'K1 is now invalid until you replace it.');
  });

  it('name accounts and providers', () => {
    assert.equal(sentence({ owner: 'group:openai/org-a/p' }), 'The account org-a/p is now throttled.');
    assert.equal(sentence({ owner: 'provider:openai' }), 'The provider openai is now throttled.');
  });
});
