import assert from 'node:assert/strict';
import { SqliteStore, type SqliteStoreOptions } from '../../server/adapters/sqlite/sqlite-store.ts';
import { createTempFolder, type TempFolder } from '../support/temp-folder.ts';
import { storeContract } from './store.ts';
import {
  audit,
  budget,
  CALLER,
  cell,
  EVERYONE,
  hold,
  key,
  managementToken,
  modelName,
  policy,
  provider,
  quota,
  reservation,
  settlement,
  state,
  trace,
  virtualKey,
  webhook,
} from './store-samples.ts';

function optionsIn(folder: TempFolder, parts: Partial<SqliteStoreOptions> = {}): SqliteStoreOptions {
  return {
    file: folder.file('store.db'),
    instance: { id: 'one', pid: 1 },
    clock: { now: () => 500 },
    isAlive: () => true,
    ...parts,
  };
}

storeContract('SqliteStore', async () => {
  const folder = await createTempFolder();
  const store = SqliteStore.open(optionsIn(folder));
  const dispose = async () => {
    await store.close();
    await folder.remove();
  };
  return { store, dispose };
});

describe('SqliteStore, opened again', () => {
  let folder: TempFolder;
  beforeEach(async () => {
    folder = await createTempFolder();
  });
  afterEach(() => folder.remove());

  it('has kept the registry, the history and the money', async () => {
    const first = SqliteStore.open(optionsIn(folder));
    await first.saveProvider(provider('openai'));
    await first.saveKey(key('k1'), Uint8Array.of(1, 2));
    await first.saveVirtualKey(virtualKey('vk1'));
    await first.saveManagementToken(managementToken('mt1'));
    await first.recordStates([cell('key:k1')], []);
    await first.saveModelName(modelName('smart'));
    await first.saveBudget(budget('b1'));
    await first.saveQuota(quota('q1'));
    await first.saveWebhook(webhook('w1'), Uint8Array.of(3));
    await first.savePolicies([policy('z'), policy('a')]);
    await first.saveAlert('budget:b1 0 0.8');
    await first.recordAudit(audit('budget:b1', 1, { before: { raise: null } }));
    await first.recordTrace(trace('r1', 1));
    await first.reserveMany([reservation('a'), reservation('b')]);
    await first.settleMany([settlement('a')]);
    await first.close();

    const second = SqliteStore.open(optionsIn(folder, { instance: { id: 'two', pid: 2 } }));
    assert.deepEqual(await second.loadRegistry(), {
      providers: [provider('openai')],
      keys: [key('k1')],
      virtualKeys: [virtualKey('vk1')],
      managementTokens: [managementToken('mt1')],
      modelNames: [modelName('smart')],
      cells: [cell('key:k1')],
      budgets: [budget('b1')],
      quotas: [quota('q1')],
      webhooks: [webhook('w1')],
      policies: [policy('z'), policy('a')],
      alerts: ['budget:b1 0 0.8'],
    });
    assert.deepEqual(await second.listAudit({ limit: 9 }), [
      audit('budget:b1', 1, { before: { raise: null } }),
    ]);
    assert.deepEqual(await second.loadSealed('k1'), Uint8Array.of(1, 2));
    assert.deepEqual(await second.loadWebhookSecret('w1'), Uint8Array.of(3));
    assert.deepEqual(await second.findTrace('r1'), trace('r1', 1));
    assert.deepEqual(await second.counters([CALLER]), [state(CALLER, { spent: 40, held: 100 })]);
    const [refused] = await second.reserveMany([reservation('c', { amountNano: 861 })]);
    assert.equal(refused?.ok, false);
    await second.close();
  });

  it('marks what a closed store left open as unknown; that bars the budget, also when its hold has ended', async () => {
    const first = SqliteStore.open(optionsIn(folder));
    await first.reserveMany([reservation('a', { amountNano: 700 })]);
    await first.close();

    const second = SqliteStore.open(optionsIn(folder, { instance: { id: 'two', pid: 2 } }));
    assert.equal(await second.recoverAbandoned(3000), 1);
    assert.equal(await second.recoverAbandoned(3000), 0);
    assert.deepEqual(await second.counters([CALLER]), [state(CALLER, { unknown: 700 })]);
    assert.deepEqual(await second.reserveMany([reservation('b', { amountNano: 301 })]), [
      {
        ok: false,
        code: 'insufficient',
        counter: CALLER,
        unit: 'nano_usd',
        limit: 1000,
        spent: 0,
        held: 700,
      },
    ]);
    assert.equal(await second.expireUnknown(1000), 0);
    assert.equal(await second.expireUnknown(1001), 1);
    assert.equal(await second.expireUnknown(1001), 0);
    const [entry] = await second.entries({ limit: 1 });
    assert.equal(entry?.state, 'unknown');
    assert.equal(entry?.costBasis, 'unknown');
    // What may have been billed is spent where there is a limit; elsewhere it is told apart by its entry.
    assert.deepEqual(await second.counters([CALLER, EVERYONE]), [
      state(CALLER, { spent: 700 }),
      state(EVERYONE),
    ]);
    const [refused] = await second.reserveMany([reservation('b', { amountNano: 301 })]);
    assert.equal(refused?.ok, false);
    await second.close();

    const third = SqliteStore.open(optionsIn(folder, { instance: { id: 'three', pid: 3 } }));
    await third.settleMany([settlement('a')]);
    assert.deepEqual(await third.counters([CALLER, EVERYONE]), [
      state(CALLER, { spent: 40 }),
      state(EVERYONE, { spent: 40 }),
    ]);
    await third.close();
  });

  it('settles an unknown attempt, before or after its hold expired, on the counters it was held on', async () => {
    const first = SqliteStore.open(optionsIn(folder));
    await first.reserveMany([reservation('a'), reservation('b')]);
    await first.close();

    const second = SqliteStore.open(optionsIn(folder, { instance: { id: 'two', pid: 2 } }));
    await second.recoverAbandoned(3000);
    await second.settleMany([settlement('a')]);
    assert.deepEqual(await second.counters([CALLER]), [state(CALLER, { spent: 40, unknown: 100 })]);
    await second.expireUnknown(5000);
    await second.settleMany([settlement('b'), settlement('b')]);
    assert.deepEqual(await second.counters([CALLER]), [state(CALLER, { spent: 80 })]);
    await second.close();
  });

  it('has every hold in its unit, which settles or expires as in the process that took it', async () => {
    const tokens = { subject: 'quota:tokens', windowStart: 60_000 };
    const requests = { subject: 'quota:requests', windowStart: 60_000 };
    const holds = [
      hold({ amount: 700 }),
      hold({ ...tokens, unit: 'total_tokens', amount: 500, limit: 1000, earlierSlices: [0] }),
      hold({ ...requests, unit: 'requests', amount: 1, limit: 2 }),
    ];
    const first = SqliteStore.open(optionsIn(folder));
    await first.reserveMany([
      reservation('a', { holds }),
      reservation('b', { at: 1500, holds: holds.slice(1) }),
    ]);
    await first.close();

    const second = SqliteStore.open(optionsIn(folder, { instance: { id: 'two', pid: 2 } }));
    const counters = () => second.counters([CALLER, tokens, requests]);
    assert.equal(await second.recoverAbandoned(3000), 2);
    assert.deepEqual(await counters(), [
      state(CALLER, { unknown: 700 }),
      state(tokens, { unknown: 1000 }),
      state(requests, { unknown: 2 }),
    ]);
    const later = hold({
      ...tokens,
      windowStart: 120_000,
      unit: 'total_tokens',
      amount: 1,
      earlierSlices: [60_000],
    });
    const [refused] = await second.reserveMany([reservation('c', { holds: [later] })]);
    assert.equal(refused?.ok, false);

    await second.settleMany([settlement('b', { amounts: { requests: 1, total_tokens: 300 } })]);
    assert.equal(await second.expireUnknown(1001), 1);
    assert.deepEqual(await counters(), [
      state(CALLER, { spent: 700 }),
      state(tokens, { spent: 300 }),
      state(requests, { spent: 1 }),
    ]);
    await second.settleMany([settlement('a', { amounts: { requests: 1, total_tokens: 20 } })]);
    assert.deepEqual(await counters(), [
      state(CALLER, { spent: 40 }),
      state(tokens, { spent: 320 }),
      state(requests, { spent: 2 }),
    ]);
    await second.close();
  });
});
