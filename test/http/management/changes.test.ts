import assert from 'node:assert/strict';
import type { KeyView, VirtualKeyView } from '../../../shared/model/views.ts';
import { RouterFixture, secretOf } from '../../support/router-fixture.ts';

interface AuditLine {
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly before: unknown;
  readonly after: unknown;
}

describe('changes by the management API', () => {
  let router: RouterFixture;
  let token = '';

  before(async () => {
    router = await RouterFixture.start();
    const made = await router.daemon.api<{ token: string }>('POST', '/management-tokens', {
      name: 'ci',
      role: 'admin',
    });
    token = made.token;
  });
  after(() => router.stop());

  function call(
    method: string,
    route: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return fetch(`${router.daemon.url}/api/v1${route}`, {
      method,
      headers: { 'x-api-key': token, 'content-type': 'application/json', ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  }

  async function audit(): Promise<readonly AuditLine[]> {
    return (await router.daemon.api<{ entries: readonly AuditLine[] }>('GET', '/audit?limit=1000')).entries;
  }

  it('are written down with who made them, before and after, and without secrets', async () => {
    const proxy = 'http://someone:pass-word-1@127.0.0.1:3128';
    const provider = {
      id: 'openai',
      kind: 'openai',
      baseUrl: router.openai.url,
      settings: { headers: { 'x-gateway': 'gateway-secret-1' } },
    };
    assert.equal((await call('POST', '/providers', provider)).status, 201);
    const added = await call('POST', '/keys', {
      providerId: 'openai',
      name: 'audited',
      secret: secretOf('audited'),
    });
    const { id } = (await added.json()) as KeyView;
    assert.equal((await call('PATCH', `/keys/${id}`, { enabled: false })).status, 200);
    assert.equal(
      (await call('PATCH', `/keys/${id}`, { name: 'renamed', metadata: { tier: 'premium', proxy } })).status,
      200,
    );
    assert.equal((await call('PATCH', '/keys/renamed', { metadata: { proxy: null } })).status, 200);
    assert.equal((await call('POST', '/keys/renamed/rotate', { secret: secretOf('rotated') })).status, 200);
    assert.equal((await call('DELETE', '/keys/renamed')).status, 200);
    const entries = (await audit()).filter(({ actor }) => actor === 'ci');
    assert.deepEqual(entries.map(({ action, target }) => [action, target]).reverse(), [
      ['provider.save', 'openai'],
      ['key.add', id],
      ['key.disable', id],
      ['key.change', id],
      ['key.change', id],
      ['key.rotate', id],
      ['key.remove', id],
    ]);
    const renamed = entries.at(-4);
    assert.ok(renamed);
    assert.equal((renamed.before as { name: string }).name, 'audited');
    const { name, metadata } = renamed.after as KeyView;
    assert.deepEqual(
      { name, metadata },
      {
        name: 'renamed',
        metadata: { tier: 'premium', proxy: 'http://***@127.0.0.1:3128' },
      },
    );
    const text = JSON.stringify(await audit());
    for (const secret of [
      secretOf('audited'),
      secretOf('rotated'),
      'pass-word-1',
      'gateway-secret-1',
      token,
    ]) {
      assert.ok(!text.includes(secret), `the log does not hold ${secret}`);
    }
  });

  it('happen once for one Idempotency-Key, also at the same time', async () => {
    const headers = { 'idempotency-key': 'one-key' };
    const body = { name: 'once', tool: 'codex' };
    const answers = await Promise.all(
      Array.from({ length: 5 }, async () => (await call('POST', '/virtual-keys', body, headers)).text()),
    );
    assert.equal(new Set(answers).size, 1);
    const other = await call('POST', '/virtual-keys', { ...body, tool: 'other' }, headers);
    assert.equal(other.status, 409);
    const { virtualKeys } = await router.daemon.api<{ virtualKeys: readonly VirtualKeyView[] }>(
      'GET',
      '/virtual-keys?tool=codex',
    );
    assert.equal(virtualKeys.length, 1);
    assert.equal(
      (await call('POST', '/virtual-keys', body, { 'idempotency-key': 'x'.repeat(300) })).status,
      400,
    );
  });

  it('may be tried again with the same Idempotency-Key when they failed', async () => {
    const headers = { 'idempotency-key': 'again' };
    const body = { providerId: 'anthropic', name: 'again', secret: secretOf('again') };
    router.anthropic.on({ path: '/v1/models' }, { status: 401, headers: {}, steps: [] });
    assert.equal((await call('POST', '/keys', body, headers)).status, 422);
    router.anthropic.on(
      { path: '/v1/models' },
      { status: 200, headers: {}, steps: [{ do: 'write', bytes: Buffer.from('{"data":[]}') }] },
    );
    assert.equal((await call('POST', '/keys', body, headers)).status, 201);
  });

  it("are the role's: one that operates switches keys, but does not rename them", async () => {
    const made = await router.daemon.api<{ token: string }>('POST', '/management-tokens', {
      name: 'operator',
      role: 'operate',
    });
    await router.addKey('openai', 'switched');
    const headers = { 'x-api-key': made.token };
    assert.equal((await call('PATCH', '/keys/switched', { enabled: false }, headers)).status, 200);
    assert.equal((await call('PATCH', '/keys/switched', { name: 'mine' }, headers)).status, 403);
    const proxied = { metadata: { proxy: 'http://127.0.0.1:1' } };
    assert.equal((await call('PATCH', '/keys/switched', proxied, headers)).status, 403);
  });

  it("are nobody else's: a token can not be named as the router itself is in the log", async () => {
    for (const name of ['local', 'Router', ' editor ']) {
      const answer = await call('POST', '/management-tokens', { name, role: 'read' });
      assert.equal(answer.status, 400, name);
    }
  });

  it('end with the token: one that is revoked or has expired is refused', async () => {
    const { managementToken, ...short } = await router.daemon.api<{
      token: string;
      managementToken: { id: string };
    }>('POST', '/management-tokens', { name: 'short', role: 'read' });
    const headers = { 'x-api-key': short.token };
    assert.equal((await call('GET', '/keys', undefined, headers)).status, 200);
    assert.equal((await call('DELETE', `/management-tokens/${managementToken.id}`)).status, 200);
    assert.equal((await call('GET', '/keys', undefined, headers)).status, 401);
    const expired = await router.daemon.api<{ token: string }>('POST', '/management-tokens', {
      name: 'old',
      role: 'read',
      expiresAt: 1,
    });
    const answer = await call('GET', '/keys', undefined, { 'x-api-key': expired.token });
    assert.equal(((await answer.json()) as { error: { code: string } }).error.code, 'token_expired');
  });

  it('are seen in pages', async () => {
    for (let number = 0; number < 5; number++)
      await router.virtualKey({ name: `paged-${number}`, tool: 'pager' });
    const names: string[] = [];
    let after = '';
    do {
      const page = await router.daemon.api<{ virtualKeys: readonly VirtualKeyView[]; next: string | null }>(
        'GET',
        `/virtual-keys?tool=pager&limit=2${after}`,
      );
      assert.ok(page.virtualKeys.length <= 2);
      names.push(...page.virtualKeys.map(({ name }) => name));
      after = page.next === null ? '' : `&after=${page.next}`;
    } while (after !== '');
    assert.deepEqual(names, ['paged-0', 'paged-1', 'paged-2', 'paged-3', 'paged-4']);
  });

  it('of limits and policies count from the next request on', async () => {
    const budget = { name: 'nothing', limitUsd: 0, window: 'day', scope: { tool: 'spender' } };
    const { id } = (await (await call('POST', '/budgets', budget)).json()) as { id: string };
    await router.addKey('openai', 'spender');
    const spender = await router.virtualKey({ name: 'spender', tool: 'spender' });
    const chat = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }], max_tokens: 5 };
    const headers = { authorization: `Bearer ${spender}` };
    assert.equal((await router.post('/v1/chat/completions', chat, headers)).status, 402);
    assert.equal((await call('DELETE', `/budgets/${id}`)).status, 200);
    const deny = {
      name: 'none',
      type: 'routing',
      scope: { tool: 'spender' },
      rules: [{ action: 'deny_models', models: ['gpt-4o'] }],
    };
    const dry = { model: 'gpt-4o', virtualKey: 'spender', policies: [deny] };
    const tried = (await (await call('POST', '/route', dry)).json()) as {
      chosen: unknown;
      refusal: { code: string };
    };
    assert.deepEqual([tried.chosen, tried.refusal.code], [null, 'policy_forbids']);
    assert.equal((await call('PUT', '/policies/none', deny)).status, 200);
    assert.equal((await router.post('/v1/chat/completions', chat, headers)).status, 403);
  });
});
