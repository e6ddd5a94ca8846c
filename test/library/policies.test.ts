import assert from 'node:assert/strict';
import { MemoryStore } from '../../server/adapters/memory/memory-store.ts';
import { ApiKeyRouter } from '../../server/library/api-key-router.ts';
import type { PolicyConfiguration } from '../../server/library/api.ts';

const MASTER_KEY = new Uint8Array(32).fill(7);

function cheap(name: string, more: Partial<PolicyConfiguration> = {}): PolicyConfiguration {
  return {
    name,
    type: 'cost',
    scope: { global: true },
    rules: [{ action: 'prefer_lowest_cost', maxCostPerRequest: 0.1 }],
    ...more,
  } as PolicyConfiguration;
}

describe('the policies of a program', () => {
  let store: MemoryStore;
  let router: ApiKeyRouter;

  const names = async (): Promise<readonly string[]> => (await router.getStateSummary()).policies;
  const open = (): void => {
    router = new ApiKeyRouter({ store, masterKey: MASTER_KEY });
  };

  beforeEach(() => {
    store = new MemoryStore();
    open();
  });

  it('go on with those that an injected store has already', async () => {
    await router.configurePolicy(cheap('first'));
    await router.configurePolicy(cheap('asleep', { enabled: false }));
    open();
    assert.deepEqual(await names(), ['first', 'asleep']);
    await router.configurePolicy(cheap('second'));
    assert.deepEqual(await names(), ['first', 'asleep', 'second']);
    open();
    await router.removePolicy('first');
    open();
    assert.deepEqual(await names(), ['asleep', 'second']);
  });

  it('are all kept when they are configured at the same time', async () => {
    await Promise.all(['a', 'b', 'c'].map((name) => router.configurePolicy(cheap(name))));
    assert.deepEqual(await names(), ['a', 'b', 'c']);
  });

  it('stay as they are when one is not valid', async () => {
    await router.configurePolicy(cheap('first'));
    const wrong = { ...cheap('second'), rules: [{ action: 'prefer_lowest_cost', maxCostPerRequest: -1 }] };
    await assert.rejects(
      router.configurePolicy(wrong as PolicyConfiguration),
      /Policy "second" is not valid: .*max_cost_per_request/,
    );
    assert.deepEqual(await names(), ['first']);
    await router.configurePolicy(cheap('third'));
    assert.deepEqual(await names(), ['first', 'third']);
  });
});
