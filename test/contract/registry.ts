import assert from 'node:assert/strict';
import type { Store } from '../../server/core/ports/store.ts';
import {
  budget,
  cell,
  key,
  managementToken,
  modelName,
  policy,
  provider,
  quota,
  trace,
  transition,
  virtualKey,
  webhook,
} from './store-samples.ts';

const NOTHING_CONFIGURED = {
  providers: [],
  keys: [],
  virtualKeys: [],
  modelNames: [],
  cells: [],
  managementTokens: [],
  budgets: [],
  quotas: [],
  webhooks: [],
  policies: [],
  alerts: [],
};

/** What every store promises of configuration and states. */
export function registryContract(store: () => Store): void {
  it('is empty at first', async () => {
    assert.deepEqual(await store().loadRegistry(), NOTHING_CONFIGURED);
  });

  it('gives back what was saved, oldest first', async () => {
    await store().saveProvider(provider('openai', 2));
    await store().saveProvider(provider('anthropic', 1));
    await store().saveKey(key('k1'));
    await store().saveKey(key('k1', { enabled: false }));
    await store().saveVirtualKey(virtualKey('vk1'));
    await store().saveVirtualKey(virtualKey('vk1', { revokedAt: 9 }));
    await store().saveManagementToken(managementToken('late', { createdAt: 2 }));
    await store().saveManagementToken(managementToken('mt1'));
    await store().saveManagementToken(managementToken('mt1', { revokedAt: 9 }));
    await store().saveModelName(modelName('late', { createdAt: 2 }));
    await store().saveModelName(modelName('smart', { targets: [] }));
    await store().saveModelName(modelName('smart'));
    await store().saveModelName(modelName('it\'s/"odd" __proto__'));
    await store().saveBudget(budget('late', { createdAt: 2 }));
    await store().saveBudget(budget('b1', { raise: null }));
    await store().saveBudget(budget('b1'));
    await store().saveQuota(quota('late', { createdAt: 2 }));
    await store().saveQuota(quota('q1', { totalCapacity: 1 }));
    await store().saveQuota(quota('q1'));
    await store().saveWebhook(webhook('late', { createdAt: 2 }), Uint8Array.of(1));
    await store().saveWebhook(webhook('w1', { enabled: false }), Uint8Array.of(2));
    await store().saveWebhook(webhook('w1'), Uint8Array.of(3));
    assert.deepEqual(await store().loadRegistry(), {
      providers: [provider('anthropic', 1), provider('openai', 2)],
      keys: [key('k1', { enabled: false })],
      virtualKeys: [virtualKey('vk1', { revokedAt: 9 })],
      managementTokens: [managementToken('mt1', { revokedAt: 9 }), managementToken('late', { createdAt: 2 })],
      modelNames: [
        modelName('it\'s/"odd" __proto__'),
        modelName('smart'),
        modelName('late', { createdAt: 2 }),
      ],
      cells: [],
      budgets: [budget('b1'), budget('late', { createdAt: 2 })],
      quotas: [quota('q1'), quota('late', { createdAt: 2 })],
      webhooks: [webhook('w1'), webhook('late', { createdAt: 2 })],
      policies: [],
      alerts: [],
    });
  });

  it('keeps what virtual keys say of models', async () => {
    const more = { models: { 'claude-opus-*': 'openai/gpt-5' }, allowModels: ['gpt-*'] };
    await store().saveVirtualKey(virtualKey('vk1', more));
    assert.deepEqual((await store().loadRegistry()).virtualKeys, [virtualKey('vk1', more)]);
  });

  it('deletes budgets, quotas and names of models, those that are not there too', async () => {
    await store().saveModelName(modelName('smart'));
    for (const name of ['smart', 'other']) await store().deleteModelName(name);
    await store().saveBudget(budget('b1'));
    await store().saveQuota(quota('q1'));
    for (const id of ['b1', 'b2']) await store().deleteBudget(id);
    for (const id of ['q1', 'q2']) await store().deleteQuota(id);
    assert.deepEqual(await store().loadRegistry(), NOTHING_CONFIGURED);
  });

  it('keeps the secret of a webhook beside it, and deletes both', async () => {
    assert.equal(await store().loadWebhookSecret('w1'), null);
    await store().saveWebhook(webhook('w1'), Uint8Array.of(1));
    await store().saveWebhook(webhook('w2'), Uint8Array.of(2));
    await store().saveWebhook(webhook('w1', { enabled: false }), Uint8Array.of(3));
    assert.deepEqual(await store().loadWebhookSecret('w1'), Uint8Array.of(3));
    for (const id of ['w1', 'w3']) await store().deleteWebhook(id);
    assert.equal(await store().loadWebhookSecret('w1'), null);
    assert.deepEqual(await store().loadWebhookSecret('w2'), Uint8Array.of(2));
    assert.deepEqual((await store().loadRegistry()).webhooks, [webhook('w2')]);
  });

  it('replaces all policies at once and keeps their order', async () => {
    await store().savePolicies([policy('a'), policy('b'), policy('c')]);
    await store().savePolicies([policy('z', 3), policy('b', 2), policy('a', 1)]);
    assert.deepEqual((await store().loadRegistry()).policies, [
      policy('z', 3),
      policy('b', 2),
      policy('a', 1),
    ]);
    await store().savePolicies([]);
    assert.deepEqual((await store().loadRegistry()).policies, []);
  });

  it('remembers an alert, however often it was given', async () => {
    const names = ['budget:b1 0 0.8', 'budget:b1 0 0.5', 'budget:b1 0 0.8'];
    await Promise.all(names.map((name) => store().saveAlert(name)));
    await store().saveAlert('budget:b1 0 0.5');
    assert.deepEqual((await store().loadRegistry()).alerts, ['budget:b1 0 0.5', 'budget:b1 0 0.8']);
  });

  it('saves a key with its secret and its provider at once', async () => {
    await store().saveProvider(provider('openai', 1));
    await store().saveKey(key('k1'), Uint8Array.of(1), provider('openai', 2));
    const { providers, keys } = await store().loadRegistry();
    assert.deepEqual([providers, keys], [[provider('openai', 2)], [key('k1')]]);
    assert.deepEqual(await store().loadSealed('k1'), Uint8Array.of(1));
  });

  it('replaces a secret only when one is given', async () => {
    assert.equal(await store().loadSealed('k1'), null);
    await store().saveKey(key('k1'), Uint8Array.of(1, 2, 3));
    await store().saveKey(key('k1', { name: 'renamed' }));
    assert.deepEqual(await store().loadSealed('k1'), Uint8Array.of(1, 2, 3));
    await store().saveKey(key('k1'), Uint8Array.of(4));
    assert.deepEqual(await store().loadSealed('k1'), Uint8Array.of(4));
  });

  it('deletes a key with its secret and cells, and nothing else', async () => {
    await store().saveKey(key('k1'), Uint8Array.of(1));
    await store().saveKey(key('k2'), Uint8Array.of(2));
    await store().recordStates([cell('key:k1'), cell('key:k2')], [transition('key:k1', 1)]);
    await store().recordTrace(trace('r1', 1));
    await store().deleteKey('k1');
    assert.equal(await store().loadSealed('k1'), null);
    const { keys, cells } = await store().loadRegistry();
    assert.deepEqual(keys, [key('k2')]);
    assert.deepEqual(cells, [cell('key:k2')]);
    assert.equal((await store().transitions({ owner: 'key:k1', limit: 9 })).length, 1);
    assert.equal((await store().listTraces({ keyId: 'k1', limit: 9 })).length, 1);
  });

  it('drops a cell that became available again', async () => {
    const other = cell('key:k1', { dimension: 'tokens', until: null });
    await store().recordStates([cell('key:k1'), other], []);
    await store().recordStates([cell('key:k1', { state: 'available', until: null })], []);
    assert.deepEqual((await store().loadRegistry()).cells, [other]);
  });
}
