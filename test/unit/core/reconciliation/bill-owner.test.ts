import assert from 'node:assert/strict';
import { KeyPool } from '../../../../server/core/key/key-pool.ts';
import { billedScopes, billOwner } from '../../../../server/core/reconciliation/bill-owner.ts';
import { openaiCosts } from '../../../../server/providers/billing/openai-costs.ts';
import { openaiAdapter } from '../../../../server/providers/openai.ts';
import type { KeyMetadata, KeyRecord } from '../../../../shared/model/records.ts';

const PROVIDER = {
  id: 'openai',
  kind: 'openai',
  name: 'OpenAI',
  baseUrl: 'https://api.openai.com',
  createdAt: 0,
};

function key(id: string, quotaGroup: string | null, parts: Partial<KeyRecord> = {}): KeyRecord {
  return {
    id,
    providerId: 'openai',
    name: id,
    hint: '0000',
    enabled: true,
    invalidSince: null,
    invalidReason: null,
    models: null,
    quotaGroup,
    metadata: {},
    createdAt: 0,
    checkedAt: null,
    ...parts,
  };
}

function billing(id: string, metadata: KeyMetadata = {}): KeyRecord {
  return key(id, metadata.account ?? null, { purpose: 'billing', metadata });
}

function poolOf(...records: readonly KeyRecord[]): KeyPool {
  const pool = new KeyPool({ openai: openaiAdapter });
  pool.setProvider(PROVIDER);
  for (const record of records) pool.set(record);
  return pool;
}

describe('the bill that a key is on', () => {
  const ownerOf = (pool: KeyPool, keyId: string): string | null => {
    const readers = pool.all().filter(({ record }) => record.purpose === 'billing');
    return billOwner(pool, readers, { providerId: 'openai', keyId })?.record.id ?? null;
  };

  it('is that of the only billing key, of keys that are gone too', () => {
    const pool = poolOf(key('a', null), billing('bill'));
    assert.equal(ownerOf(pool, 'a'), 'bill');
    assert.equal(ownerOf(pool, 'gone'), 'bill');
    assert.equal(ownerOf(poolOf(key('a', null)), 'a'), null);
  });

  it('is told by the account where there are several', () => {
    const bills = [billing('one', { account: 'org-1' }), billing('two', { account: 'org-2' })];
    const pool = poolOf(
      key('a', 'org-1/proj_a'),
      key('b', 'org-2'),
      key('c', 'org-11/proj_c'),
      key('d', null),
      ...bills,
    );
    assert.deepEqual(
      ['a', 'b', 'c', 'd', 'gone'].map((id) => ownerOf(pool, id)),
      ['one', 'two', null, null, null],
    );
  });

  it('is not that of a billing key that declares other projects', () => {
    const pool = poolOf(
      key('a', 'org-1/proj_a'),
      key('b', 'org-1/proj_b'),
      key('c', null),
      billing('bill', { billingScopes: ['proj_a'] }),
    );
    assert.deepEqual(
      ['a', 'b', 'c'].map((id) => ownerOf(pool, id)),
      ['bill', null, 'bill'],
    );
  });

  it('is compared by the projects that are declared, or known of all keys, or as a whole', () => {
    const records = [key('a', 'org-1/proj_a'), key('b', 'org-1/proj_b'), key('c', 'org-1')];
    const scopes = (bill: KeyRecord, ...keyIds: readonly string[]): unknown => {
      const pool = poolOf(...records, bill);
      const reader = pool.get(bill.id);
      assert.ok(reader);
      return billedScopes(pool, reader, openaiCosts, new Set(keyIds));
    };
    const whole = { coverage: 'organisation', scopes: [] };
    assert.deepEqual(scopes(billing('bill'), 'b', 'a'), {
      coverage: 'learned',
      scopes: ['proj_a', 'proj_b'],
    });
    assert.deepEqual(scopes(billing('bill'), 'a', 'c'), whole);
    assert.deepEqual(scopes(billing('bill'), 'a', 'gone'), whole);
    assert.deepEqual(scopes(billing('bill')), whole);
    assert.deepEqual(scopes(billing('bill', { billingScopes: ['proj_x'] }), 'a', 'c'), {
      coverage: 'declared',
      scopes: ['proj_x'],
    });
  });

  it('never makes its key a candidate', () => {
    const pool = poolOf(billing('bill'));
    const listed = key('listed', null, { purpose: 'billing', models: ['gpt-4o'] });
    pool.set(listed);
    for (const model of ['gpt-4o', '']) {
      assert.deepEqual(pool.serving(model, ['openai-chat', 'openai-other'], null), []);
      assert.deepEqual(pool.serving(model, ['openai-chat', 'openai-other'], 'openai'), []);
    }
    assert.deepEqual(pool.offering('gpt-4o', null), []);
    assert.equal(pool.lists('gpt-4o'), false);
    assert.equal(pool.all().length, 2);
  });
});
