import assert from 'node:assert/strict';
import { Validator } from '@seriousme/openapi-schema-validator';
import { openaiChat } from '../../support/openai-answers.ts';
import { priceBook } from '../../support/price-book.ts';
import { RouterFixture, secretOf } from '../../support/router-fixture.ts';
import { jsonReply } from '../../support/script.ts';
import { DescribedApi, type Json, type Operation } from './described-api.ts';

const ROLES = ['read', 'operate', 'admin'] as const;
type Role = (typeof ROLES)[number];

const CHAT = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }], max_tokens: 5 };

describe('the management API', () => {
  let router: RouterFixture;
  let api: DescribedApi;
  const tokens = new Map<Role, string>();
  /** What stands in the place of a path's variable part. */
  const subjects: Record<string, string> = {};

  before(async () => {
    router = await RouterFixture.start({ APIKEYROUTER_RECORD_BODIES: 'all' });
    router.openai.on({ method: 'POST' }, openaiChat());
    router.openai.on({ method: 'GET', path: '/prices.json' }, jsonReply(200, priceBook('gpt-4o', 3)));
    const document = (await (
      await fetch(`${router.daemon.url}/api/v1/openapi.json`)
    ).json()) as ConstructorParameters<typeof DescribedApi>[0];
    api = new DescribedApi(document);
    for (const role of ROLES) {
      const { token } = await router.daemon.api<{ token: string }>('POST', '/management-tokens', {
        name: role,
        role,
      });
      tokens.set(role, token);
    }
    await router.addKey('openai', 'first');
    await makeSubjects();
  });
  after(() => router.stop());

  async function document(): Promise<Record<string, unknown> & { paths: Record<string, Json> }> {
    const response = await fetch(`${router.daemon.url}/api/v1/openapi.json`);
    assert.equal(response.status, 200);
    return (await response.json()) as Awaited<ReturnType<typeof document>>;
  }

  /** Something of each kind, so that paths name what is there. */
  async function makeSubjects(): Promise<void> {
    const { daemon } = router;
    subjects['key'] = 'first';
    const { virtualKey } = await daemon.api<{ virtualKey: { id: string } }>('POST', '/virtual-keys', {
      name: 'v',
    });
    subjects['virtualKey'] = virtualKey.id;
    const { managementToken } = await daemon.api<{ managementToken: { id: string } }>(
      'POST',
      '/management-tokens',
      {
        name: 'spare',
        role: 'read',
      },
    );
    subjects['managementToken'] = managementToken.id;
    const budget = { name: 'b', limitUsd: 100, window: 'day' };
    subjects['budget'] = (await daemon.api<{ id: string }>('POST', '/budgets', budget)).id;
    const quota = { dimension: 'requests', window: { rollingMs: 60_000 }, totalCapacity: 100 };
    subjects['quota'] = (await daemon.api<{ id: string }>('POST', '/keys/first/quotas', quota)).id;
    const webhook = { name: 'w', url: 'https://127.0.0.1:1/', events: ['key.invalid'] };
    subjects['webhook'] = (
      await daemon.api<{ webhook: { id: string } }>('POST', '/webhooks', webhook)
    ).webhook.id;
    subjects['policy'] = 'cheap-in-development';
    await daemon.api('PUT', '/policies/cheap-in-development', exampleOf('putPolicy') as object);
    subjects['modelName'] = 'smart';
    await daemon.api('PUT', '/model-names/smart', exampleOf('putModelName') as object);
    // The first attempt's outcome stays unknown: the daemon dies before the provider has answered.
    router.openai.on({ method: 'POST' }, { status: 200, headers: {}, steps: [{ do: 'stall' }] });
    const lost = router.post('/v1/chat/completions', CHAT).catch(() => null);
    await router.openai.received(2);
    await router.crash();
    await lost;
    router.openai.on({ method: 'POST' }, openaiChat());
    const answered = await router.post('/v1/chat/completions', CHAT);
    const requestId = answered.headers.get('x-request-id') ?? '';
    await answered.text();
    await router.trace(requestId);
    const { entries } = await router.daemon.api<{
      entries: readonly { state: string; attemptId: string; requestId: string }[];
    }>('GET', '/ledger');
    const unknown = entries.find(({ state }) => state === 'unknown');
    assert.ok(unknown, 'an attempt of unknown outcome');
    subjects['request'] = requestId;
    subjects['attempt'] = unknown.attemptId;
    subjects['lostRequest'] = unknown.requestId;
  }

  function exampleOf(id: string): unknown {
    return api.operations.find((operation) => operation.id === id)?.example;
  }

  interface Answer {
    readonly status: number;
    readonly body: unknown;
  }

  async function call(
    operation: Operation,
    role: Role | null,
    change: Partial<CallParts> = {},
  ): Promise<Answer> {
    const { path = pathOf(operation), body = bodyOf(operation), headers = {} } = change;
    const token = role === null ? null : tokens.get(role);
    const response = await fetch(`${router.daemon.url}${path}`, {
      method: operation.method,
      headers: {
        'content-type': 'application/json',
        ...(token ? { 'x-api-key': token } : {}),
        ...headers,
      },
      ...(operation.takesBody ? { body: typeof body === 'string' ? body : JSON.stringify(body) } : {}),
    });
    return { status: response.status, body: await response.json() };
  }

  interface CallParts {
    readonly path: string;
    readonly body: unknown;
    readonly headers: Readonly<Record<string, string>>;
  }

  function pathOf({ path, id }: Operation): string {
    return path.replace(/\{(\w+)\}/g, (_, name: string) => {
      const subject = id === 'correctCost' && name === 'request' ? subjects['lostRequest'] : subjects[name];
      assert.ok(subject, `the test has a ${name}`);
      return encodeURIComponent(subject);
    });
  }

  /** The document's example, but for what must be another each time or really be there. */
  function bodyOf(operation: Operation): unknown {
    const changed: Readonly<Record<string, object>> = {
      addKey: { secret: secretOf('second') },
      rotateKey: { secret: secretOf('third') },
      dryRun: { model: 'gpt-4o' },
      refreshPrices: { source: `${router.openai.url}/prices.json` },
    };
    const change = changed[operation.id];
    return change ? { ...(operation.example as object), ...change } : operation.example;
  }

  function assertRefused({ status, body }: Answer, wanted: number, what: string): void {
    assert.equal(status, wanted, `${what}: ${JSON.stringify(body)}`);
    assert.equal(api.faultsOfError(body), '', what);
  }

  /** Reads first, then what makes, changes, and removes; the daemon is stopped last. */
  function inOrder(): readonly Operation[] {
    const rank = ({ method, path, id }: Operation): number => {
      if (path.includes('/daemon/')) return id === 'stopDaemon' ? 11 : 10;
      return ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'].indexOf(method);
    };
    return api.operations
      .filter(({ id }) => id !== 'handOver')
      .toSorted((one, other) => rank(one) - rank(other));
  }

  it('is described by a valid OpenAPI 3.1 document', async () => {
    const result = await new Validator().validate(await document());
    assert.ok(result.valid, JSON.stringify(result.errors));
  });

  it('gives every operation a name, an example where it takes a body, and a sentence', () => {
    const names = api.operations.map(({ id }) => id);
    assert.ok(names.length > 30, `${names.length} operations`);
    assert.equal(new Set(names).size, names.length);
    for (const { id, takesBody, example } of api.operations)
      assert.equal(takesBody, example !== undefined, id);
  });

  it('refuses every operation without a token, and with a wrong one', async () => {
    for (const operation of api.operations) {
      assertRefused(await call(operation, null), 401, operation.id);
      const headers = { 'x-api-key': 'akm-wrong' };
      assertRefused(await call(operation, null, { headers }), 401, operation.id);
    }
  });

  it('refuses every operation to roles below the one that it names', async () => {
    for (const operation of api.operations) {
      for (const role of ROLES.slice(0, ROLES.indexOf(operation.role))) {
        assertRefused(await call(operation, role), 403, `${operation.id} as ${role}`);
      }
    }
  });

  it('refuses bodies that are no JSON, have unknown members, or are nothing', async () => {
    for (const operation of api.operations.filter(({ takesBody }) => takesBody)) {
      assertRefused(await call(operation, 'admin', { body: '{"' }), 400, operation.id);
      assertRefused(await call(operation, 'admin', { body: '[]' }), 400, operation.id);
      assertRefused(await call(operation, 'admin', { body: '' }), 400, operation.id);
      const body = { ...(operation.example as object), unheardOf: 1 };
      assertRefused(await call(operation, 'admin', { body }), 400, operation.id);
    }
  });

  it('refuses queries that are out of range', async () => {
    for (const operation of api.operations.filter(({ query }) => 'limit' in query)) {
      for (const limit of ['0', '-1', '100000', 'many']) {
        assertRefused(
          await call(operation, 'admin', { path: `${operation.path}?limit=${limit}` }),
          400,
          operation.id,
        );
      }
    }
    const listKeys = api.operations.find(({ id }) => id === 'listKeys');
    assert.ok(listKeys);
    assertRefused(await call(listKeys, 'read', { path: `${listKeys.path}?state=sleepy` }), 400, 'state');
    assertRefused(await call(listKeys, 'read', { path: `${listKeys.path}?after=nothing` }), 400, 'after');
  });

  it('says so where there is nothing of a name', async () => {
    for (const operation of api.operations.filter(({ path }) => path.includes('{'))) {
      if (operation.id === 'putPolicy' || operation.id === 'putModelName') continue;
      const path = operation.path.replace(/\{\w+\}/g, 'not%2Fthere');
      assertRefused(await call(operation, 'admin', { path }), 404, operation.id);
    }
  });

  it('answers every operation as described, to the least role that may call it', async () => {
    for (const operation of inOrder()) {
      const { status, body } = await call(operation, operation.role);
      assert.equal(status, operation.status, `${operation.id}: ${JSON.stringify(body)}`);
      assert.equal(api.faultsOfAnswer(operation, body), '', operation.id);
    }
  });
});
