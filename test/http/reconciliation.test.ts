import assert from 'node:assert/strict';
import { openDatabase } from '../../server/adapters/sqlite/open-database.ts';
import type { AuditEntry, LedgerEntry } from '../../server/core/ports/store.ts';
import type {
  ReconciledAccount,
  Reconciliation,
  ResolvedOutcomes,
} from '../../shared/model/reconciliation.ts';
import type { KeyView } from '../../shared/model/views.ts';
import { anthropicCosts, type Bill, openaiCosts, openrouterActivity } from '../support/billing-answers.ts';
import { DaemonProcess } from '../support/daemon-process.ts';
import { openaiChat } from '../support/openai-answers.ts';
import { RouterFixture, secretOf } from '../support/router-fixture.ts';
import { jsonReply } from '../support/script.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';

const ADMIN = `sk-admin-${'Ab0_'.repeat(24)}`;
const ANTHROPIC_ADMIN = `sk-ant-admin01-${'Ab0_'.repeat(24)}`;
const DAY_MS = 86_400_000;
const COSTS = '/v1/organization/costs';
const CHAT = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }], max_tokens: 50 };
const USAGE = { inputTokens: 1000, outputTokens: 500 };
const NOTHING: Bill = () => [];
const usd = (nano: number): string => (nano / 1e9).toFixed(9);

/** Three days ago: long enough for a bill to be final. */
function billedDay(): string {
  return new Date(Date.now() - 3 * DAY_MS).toISOString().slice(0, 10);
}

describe('a key that reads the bill', () => {
  let router: RouterFixture;

  before(async () => {
    router = await RouterFixture.start();
    router.openai.on({ method: 'GET', path: COSTS }, openaiCosts(NOTHING));
    router.openai.on({ method: 'POST' }, openaiChat());
  });
  after(() => router.stop());

  const add = (secret: string, parts: object = {}): Promise<KeyView> =>
    router.daemon.api('POST', '/keys', { providerId: 'openai', name: 'bill', secret, ...parts });

  it('is refused as a key for requests, with what it is for', async () => {
    await assert.rejects(add(ADMIN), /422 .*billing_key.*keys add openai --billing/);
  });

  it('is refused where it may not read the bill, and where there is none to read', async () => {
    await assert.rejects(add(secretOf('plain'), { purpose: 'billing' }), /key_refused.*admin-keys/);
    await assert.rejects(
      add('gsk_0123456789abcdef0123456789', { providerId: 'groq', purpose: 'billing' }),
      /invalid_request.*No API is known over which Groq/,
    );
  });

  it('is verified with the bill, listed as what it is, and never used for a request', async () => {
    const asked = router.openai.requests.length;
    const key = await add(ADMIN, { purpose: 'billing' });
    assert.equal(key.purpose, 'billing');
    assert.deepEqual(
      router.openai.requests.slice(asked).map(({ path }) => path),
      [COSTS],
    );
    const before = router.openai.requests.length;
    for (const model of ['gpt-4o', 'openai/gpt-4o']) {
      const answer = await router.post('/v1/chat/completions', { ...CHAT, model });
      assert.equal(answer.status, 404);
      assert.match(await answer.text(), /no provider key yet/);
    }
    const batches = await router.post('/v1/batches', {});
    assert.equal(batches.status, 404);
    await batches.text();
    assert.equal(router.openai.requests.length, before);
    const headers = { authorization: `Bearer ${router.token}` };
    const models = await fetch(`${router.daemon.url}/v1/models`, { headers });
    assert.doesNotMatch(await models.text(), /gpt-4o/);
    const { keysByState } = await router.daemon.api<{ keysByState: object }>('GET', '/state?scope=all');
    assert.doesNotMatch(JSON.stringify(keysByState), /1/);
    // Nor beside one that is for requests.
    await router.addKey('openai', 'first');
    for (let count = 0; count < 4; count++) {
      const answer = await router.post('/v1/chat/completions', CHAT);
      assert.equal(answer.status, 200, await answer.text());
    }
    const used = router.openai.requests
      .filter(({ method }) => method === 'POST')
      .map((request) => request.key);
    assert.deepEqual(new Set(used), new Set([secretOf('first')]));
  });
});

describe('the reconciliation with what providers billed', () => {
  let router: RouterFixture;
  let openrouter: ScriptedUpstream;
  /** What the one settled attempt cost. */
  let settledNano: number;
  let unknown: readonly LedgerEntry[];
  const day = billedDay();
  const worstNano = (): number => unknown.reduce((sum, { reservedNano }) => sum + reservedNano, 0);

  /** OpenAI bills this on the day, for our project and another's. */
  function bill(nano: number): void {
    const parts = [
      { scope: 'proj_ours', usd: usd(nano) },
      { scope: 'proj_other', usd: '5' },
    ];
    router.openai.on(
      { method: 'GET', path: COSTS },
      openaiCosts((at) => (at === day ? parts : [])),
    );
  }
  const compare = (query = ''): Promise<Reconciliation> =>
    router.daemon.api('GET', `/reconciliation${query}`);
  const resolve = (body: object = {}): Promise<ResolvedOutcomes> =>
    router.daemon.api('POST', '/reconciliation/resolve', { since: '7d', ...body });
  const listUnknown = async (): Promise<readonly LedgerEntry[]> =>
    (await router.daemon.api<{ entries: readonly LedgerEntry[] }>('GET', '/ledger/unknown')).entries;
  async function account(query = ''): Promise<ReconciledAccount> {
    const { accounts } = await compare(query);
    const found = accounts.find(({ providerId }) => providerId === 'openai');
    assert.ok(found);
    return found;
  }
  const declare = (billingScopes: readonly string[] | null): Promise<KeyView> =>
    router.daemon.api('PATCH', '/keys/bill', { metadata: { billingScopes } });

  before(async () => {
    router = await RouterFixture.start();
    openrouter = await ScriptedUpstream.start();
    await router.addKey('openai', 'first');
    router.openai.on({ method: 'POST' }, openaiChat({ usage: USAGE }));
    const answer = await router.post('/v1/chat/completions', CHAT);
    assert.equal(answer.status, 200, await answer.text());
    settledNano = (await router.traces(1))[0]?.costNano ?? 0;
    assert.ok(settledNano > 0);
    // Three requests of different size are under way when the daemon dies.
    router.openai.on({ method: 'POST' }, { status: 200, headers: {}, steps: [{ do: 'stall' }] });
    const lost = [50, 170, 333].map((max) =>
      router.post('/v1/chat/completions', { ...CHAT, max_tokens: max }).catch(() => null),
    );
    await router.openai.received(router.openai.requests.length + 3);
    await router.daemon.kill();
    await Promise.all(lost);
    const database = openDatabase({ file: router.folder.file('router.db'), busyTimeoutMs: 1000 });
    database.prepare('UPDATE attempts SET reserved_at = ?').run(Date.parse(`${day}T12:00:00Z`));
    database.close();
    router.daemon = await DaemonProcess.start(router.folder.path);
    unknown = await listUnknown();
    assert.equal(unknown.length, 3);
  });
  after(async () => {
    await router.stop();
    await openrouter.stop();
  });

  it('says what is not compared, and how it could be', async () => {
    const { accounts, uncompared } = await compare();
    assert.deepEqual(accounts, []);
    const [spend] = uncompared;
    assert.deepEqual([spend?.providerId, spend?.settledNano], ['openai', settledNano]);
    assert.equal(spend?.unknownNano, worstNano());
    assert.match(spend.reason, /keys add openai --billing/);
  });

  it('shows a day of the whole organisation with its drift, and that others may have spent there', async () => {
    bill(settledNano);
    const secret = { secret: ADMIN, purpose: 'billing' };
    await router.daemon.api('POST', '/keys', { providerId: 'openai', name: 'bill', ...secret });
    const found = await account();
    assert.equal(found.coverage, 'organisation');
    assert.match(found.notes[0] ?? '', /whole account/);
    assert.equal(found.days.length, 8);
    const compared = found.days.find((entry) => entry.day === day);
    assert.equal(compared?.settledNano, settledNano);
    assert.equal(compared.billedNano, settledNano + 5_000_000_000);
    assert.ok((compared.driftPercent ?? 0) < -99);
    assert.deepEqual([compared.unknownAttempts, compared.unknownNano], [3, worstNano()]);
    assert.equal(compared.resolution, 'billed_more');
  });

  it('compares declared projects alone', async () => {
    await declare(['proj_ours']);
    const found = await account('?since=4w&provider=openai');
    const compared = found.days.find((entry) => entry.day === day);
    assert.deepEqual([found.coverage, found.scopes], ['declared', ['proj_ours']]);
    assert.deepEqual([compared?.billedNano, compared?.driftPercent], [settledNano, 0]);
  });

  it('follows pages, and refuses half a bill', async () => {
    const ours: Bill = (at) => (at === day ? [{ scope: 'proj_ours', usd: usd(settledNano) }] : []);
    router.openai.on({ method: 'GET', path: COSTS }, openaiCosts(ours, 2));
    const asked = router.openai.requests.length;
    const whole = await account();
    assert.equal(router.openai.requests.length - asked, 4);
    assert.equal(whole.days.find((entry) => entry.day === day)?.driftPercent, 0);
    for (const second of [
      jsonReply(200, { object: 'page', data: 'nothing' }),
      jsonReply(200, { object: 'page', data: [], has_more: true, next_page: 'page_2' }),
      jsonReply(500, { error: { message: `no luck with ${ADMIN}`, type: 'server_error' } }),
    ]) {
      router.openai.on({ method: 'GET', path: COSTS }, openaiCosts(ours, 2), second);
      const half = await account();
      assert.deepEqual(half.days, []);
      assert.match(half.problem ?? '', /OpenAI did not tell what it billed/);
      assert.doesNotMatch(half.problem ?? '', /sk-admin/);
    }
  });

  it('shows one provider that does not tell beside others that do', async () => {
    bill(settledNano);
    router.anthropic.on(
      { method: 'GET', path: '/v1/organizations/cost_report' },
      anthropicCosts((at) => (at === day ? [{ scope: null, usd: '1.25' }] : [])),
    );
    openrouter.on(
      { method: 'GET', path: '/v1/activity' },
      openrouterActivity([day], () => [{ scope: null, usd: '0.5' }]),
      jsonReply(401, { error: { code: 401, message: 'No auth credentials found' } }),
    );
    const keys = [
      { providerId: 'anthropic', name: 'claude bill', secret: ANTHROPIC_ADMIN },
      {
        providerId: 'openrouter',
        name: 'router bill',
        secret: `sk-or-v1-${'0123456789abcdef'.repeat(4)}`,
        baseUrl: openrouter.url,
      },
    ];
    for (const key of keys) await router.daemon.api('POST', '/keys', { ...key, purpose: 'billing' });
    const { accounts } = await compare();
    const by = new Map(accounts.map((entry) => [entry.providerId, entry]));
    const billed = (id: string) => by.get(id)?.days.find((entry) => entry.day === day)?.billedNano;
    assert.equal(billed('anthropic'), 1_250_000_000);
    assert.match(by.get('anthropic')?.notes.join(' ') ?? '', /Priority Tier/);
    assert.equal(billed('openai'), settledNano);
    assert.match(by.get('openrouter')?.problem ?? '', /OpenRouter did not tell/);
    openrouter.on(
      { method: 'GET', path: '/v1/activity' },
      openrouterActivity([day], () => [
        { scope: null, usd: '0.5' },
        { scope: null, usd: '0.25' },
      ]),
    );
    const [again] = (await compare('?provider=openrouter')).accounts;
    assert.equal(again?.days.find((entry) => entry.day === day)?.billedNano, 750_000_000);
    assert.equal(again.days.at(-1)?.billedNano, null, 'today is not told');
  });

  it('resolves nothing where the bill does not fit, and nothing of accounts that others may use', async () => {
    const reasons: string[] = [];
    for (const nano of [settledNano - 1, settledNano + worstNano() + 1]) {
      bill(nano);
      const { resolved, left } = await resolve({ exclusive: true });
      assert.deepEqual(resolved, []);
      assert.deepEqual([left.length, left[0]?.attempts], [1, 3]);
      reasons.push(left[0]?.reason ?? '');
    }
    assert.deepEqual(reasons, ['billed_less', 'billed_more']);
    await declare(null);
    const ours: Bill = (at) => (at === day ? [{ scope: null, usd: usd(settledNano + 1) }] : []);
    router.openai.on({ method: 'GET', path: COSTS }, openaiCosts(ours));
    const { left } = await resolve();
    assert.equal(left[0]?.reason, 'shared');
    assert.equal((await listUnknown()).length, 3);
  });

  it('gives unknown attempts their shares, which add up to the bill exactly, and notes who said so', async () => {
    const rest = Math.floor(worstNano() / 3) + 1;
    const ours: Bill = (at) => (at === day ? [{ scope: null, usd: usd(settledNano + rest) }] : []);
    router.openai.on({ method: 'GET', path: COSTS }, openaiCosts(ours));
    const { resolved, left } = await resolve({ exclusive: true });
    assert.deepEqual(left, []);
    assert.equal(
      resolved.reduce((sum, { costNano }) => sum + costNano, 0),
      rest,
    );
    for (const { attemptId, costNano } of resolved) {
      const held = unknown.find((entry) => entry.attemptId === attemptId)?.reservedNano ?? 0;
      assert.ok(Math.abs(costNano - (rest * held) / worstNano()) < 1);
    }
    assert.deepEqual(await listUnknown(), []);
    const compared = (await account()).days.find((entry) => entry.day === day);
    assert.deepEqual([compared?.settledNano, compared?.driftPercent], [settledNano + rest, 0]);
    assert.equal(compared?.resolution, 'nothing');
    const target = resolved[0]?.attemptId;
    const { entries } = await router.daemon.api<{ entries: readonly AuditEntry[] }>(
      'GET',
      `/audit?target=${target}`,
    );
    assert.deepEqual(entries[0]?.after, {
      costNano: resolved[0]?.costNano,
      reconciled: day,
      billedNano: settledNano + rest,
      settledNano,
    });
    assert.deepEqual(await resolve({ exclusive: true }), { resolved: [], left: [] });
  });

  it('refuses spans that make no sense', async () => {
    for (const query of ['?since=soon', '?since=2026-13-01', '?since=32d', '?since=1d&until=2020-01-01']) {
      await assert.rejects(compare(query), /400 /, query);
    }
    await assert.rejects(compare('?provider=nobody'), /404 /);
  });
});
