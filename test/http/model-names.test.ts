import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import type { DryRunView, ModelNameView, VirtualKeyView } from '../../shared/model/views.ts';
import { anthropicMessages } from '../support/anthropic-answers.ts';
import { openaiChat, openaiResponses } from '../support/openai-answers.ts';
import { openaiRateLimited } from '../support/provider-errors.ts';
import { RouterFixture, secretOf } from '../support/router-fixture.ts';

const SONNET = 'claude-sonnet-4-5-20250929';
const HAIKU = 'claude-haiku-4-5-20251001';
/** As Claude Code asks: dated names of the models that its version knows. */
const OPUS_SLOT = 'claude-opus-4-1-20250805';

describe('names of models over HTTP', () => {
  let router: RouterFixture;

  beforeEach(async () => {
    router = await RouterFixture.start();
    router.openai.on({ method: 'POST', path: '/v1/chat/completions' }, openaiChat());
    router.anthropic.on({ method: 'POST', path: '/v1/messages' }, anthropicMessages());
    await router.addKey('openai', 'o');
    await router.addKey('anthropic', 'a');
  });
  afterEach(() => router.stop());

  const put = (name: string, body: object): Promise<ModelNameView> =>
    router.daemon.api('PUT', `/model-names/${encodeURIComponent(name)}`, body);
  const openai = (token = router.token): OpenAI =>
    new OpenAI({ baseURL: `${router.daemon.url}/v1`, apiKey: token, maxRetries: 0 });
  const anthropic = (token = router.token): Anthropic =>
    new Anthropic({ baseURL: router.daemon.url, apiKey: token, maxRetries: 0 });
  const google = (token = router.token): GoogleGenAI =>
    new GoogleGenAI({ apiKey: token, httpOptions: { baseUrl: router.daemon.url } });
  const messages = [{ role: 'user' as const, content: 'Hi' }];
  const chat = (model: string, token?: string) =>
    openai(token).chat.completions.create({ model, messages, max_tokens: 50 });
  const message = (model: string, token?: string) =>
    anthropic(token).messages.create({ model, messages, max_tokens: 50 });
  const sentModels = (): readonly unknown[] =>
    [...router.openai.requests, ...router.anthropic.requests]
      .filter(({ method }) => method === 'POST')
      .map(({ json }) => json?.['model']);

  it('are set, listed and removed, and serve from the next request on, after a restart too', async () => {
    const view = await put('smart', { targets: ['openai/gpt-5'], objective: { primary: 'cost' } });
    assert.deepEqual(view, {
      name: 'smart',
      targets: ['openai/gpt-5'],
      choose: 'in_order',
      objective: { primary: 'cost' },
      builtIn: false,
      served: ['gpt-5'],
    });
    await chat('smart');
    assert.deepEqual(sentModels(), ['gpt-5']);
    await router.crash();
    await chat('smart');
    assert.deepEqual(sentModels(), ['gpt-5', 'gpt-5']);
    assert.deepEqual(await router.daemon.api('GET', '/model-names/smart'), view);
    const { modelNames } = await router.daemon.api<{ modelNames: readonly ModelNameView[] }>(
      'GET',
      '/model-names',
    );
    assert.deepEqual(
      modelNames.map(({ name }) => name),
      ['smart', 'auto', 'cheap', 'fast'],
    );
    await router.daemon.api('DELETE', '/model-names/smart');
    await assert.rejects(chat('smart'), /No key serves the model "smart"/);
    await assert.rejects(router.daemon.api('DELETE', '/model-names/smart'), /404 .*not_found/);
  });

  it('may have slashes, as tools have them that were made for another gateway', async () => {
    await put('anthropic/claude-3.7-sonnet', { targets: [SONNET] });
    await chat('anthropic/claude-3.7-sonnet');
    assert.deepEqual(sentModels(), [SONNET]);
    const view = await router.daemon.api<ModelNameView>(
      'GET',
      `/model-names/${encodeURIComponent('anthropic/claude-3.7-sonnet')}`,
    );
    assert.deepEqual(view.served, [SONNET]);
    await router.daemon.api('DELETE', `/model-names/${encodeURIComponent('anthropic/claude-3.7-sonnet')}`);
  });

  it('are refused with the reason where they make no sense', async () => {
    await put('a', { targets: ['b'] });
    await assert.rejects(
      put('b', { targets: ['a'] }),
      /400 .*\\"b\\" would lead back to itself: b -> a -> b/,
    );
    for (const name of ['__proto__', 'x'.repeat(10_000), 'two words', '*', '-rf']) {
      await assert.rejects(put(name, { targets: ['gpt-5'] }), /400 .*up to 128 letters/, name.slice(0, 20));
    }
    const bodies = [
      {},
      { targets: [] },
      { targets: ['x'.repeat(300)] },
      { targets: [1] },
      { targets: ['a b'] },
      { targets: Array.from({ length: 33 }, () => 'gpt-5') },
      { targets: ['gpt-5'], choose: 'luck' },
      { targets: ['gpt-5'], objective: 'luck' },
      { target: 'gpt-5' },
    ];
    for (const body of bodies) {
      await assert.rejects(put('c', body), /400 .*invalid_request/, JSON.stringify(body).slice(0, 60));
    }
  });

  it('fall over from a model to the next, over protocols too', async () => {
    await put('safe', { targets: ['gpt-5', SONNET] });
    router.openai.on({ method: 'POST', key: secretOf('o') }, openaiRateLimited());
    const response = await router.post('/v1/chat/completions', { model: 'safe', messages, max_tokens: 50 });
    assert.equal(response.status, 200);
    const trace = await router.trace(response.headers.get('x-request-id') ?? '');
    assert.equal(trace.model, 'safe');
    assert.deepEqual(
      trace.attempts.map(({ model, outcome }) => [model, outcome]),
      [
        ['gpt-5', 'failed'],
        [SONNET, 'succeeded'],
      ],
    );
  });

  it('let a request choose its objective: one decision over all models', async () => {
    await put('both', { targets: ['gpt-4o', 'gpt-4o-mini'], choose: 'best' });
    const headers = { 'x-routing-objective': 'cost' };
    const body = { model: 'both', messages, max_tokens: 50 };
    const response = await router.post('/v1/chat/completions', body, headers);
    const trace = await router.trace(response.headers.get('x-request-id') ?? '');
    assert.deepEqual(
      trace.decisions.map(({ model, candidates }) => [model, candidates.map((one) => one.model)]),
      [['both', ['gpt-4o-mini', 'gpt-4o']]],
    );
  });

  it('have their tokens counted, or estimated, by a model that they stand for', async () => {
    await put('smart', { targets: ['gpt-5'] });
    const count = await anthropic().messages.countTokens({ model: 'smart', messages });
    assert.ok(count.input_tokens > 0);
  });

  it('fill the slots of an agent from different providers', async () => {
    const token = await router.virtualKey({
      name: 'claude-code',
      models: { 'claude-opus-*': 'openai/gpt-5', '*haiku*': HAIKU },
      allowModels: [],
    });
    router.openai.on({ method: 'POST', path: '/v1/responses' }, openaiResponses({ text: ['opus'] }));
    router.anthropic.on({ method: 'POST', path: '/v1/messages' }, anthropicMessages({ text: ['haiku'] }));
    const texts = [];
    for (const model of [OPUS_SLOT, 'claude-3-5-haiku-latest', HAIKU]) {
      const { content } = await message(model, token);
      texts.push(content.map((block) => (block.type === 'text' ? block.text : block.type)).join());
    }
    assert.deepEqual(texts, ['opus', 'haiku', 'haiku']);
    assert.deepEqual(sentModels(), ['gpt-5', HAIKU, HAIKU]);
    await assert.rejects(message(SONNET, token), /may not use .* It may use claude-opus-\*, \*haiku\*:/);
  });

  it('are refused in the dialect of the caller where its virtual key does not allow them', async () => {
    await put('smart', { targets: ['gpt-5'] });
    const token = await router.virtualKey({ name: 'ci', allowModels: ['gpt-4o*', 'smart', 'anthropic/*'] });
    for (const model of ['gpt-4o', 'openai/gpt-4o-mini', 'smart', `anthropic/${SONNET}`]) {
      await chat(model, token);
    }
    for (const model of ['gpt-5', 'openai/gpt-5', SONNET, 'auto', '__proto__', '/gpt-4o']) {
      await assert.rejects(chat(model, token), (error: InstanceType<typeof OpenAI.APIError>) => {
        assert.equal(error.status, 403);
        assert.equal(error.code, 'model_not_allowed');
        assert.match(error.message, /It may use gpt-4o\*, smart, anthropic\/\*/);
        return true;
      });
    }
    await assert.rejects(message(SONNET, token), /403 .*permission_error|403 .*may not use/s);
    await assert.rejects(
      google(token).models.generateContent({ model: 'gpt-5', contents: 'Hi' }),
      /may not use/,
    );
    const pinned = await fetch(`${router.daemon.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'x-provider': 'openai' },
      body: JSON.stringify({ model: 'gpt-5', messages }),
    });
    assert.equal(pinned.status, 403);
    const trace = await router.trace(pinned.headers.get('x-request-id') ?? '');
    assert.deepEqual([trace.outcome, trace.errorCode, trace.attempts], ['rejected', 'model_not_allowed', []]);
  });

  it('are looked through by a dry run, which refuses as a request would be refused', async () => {
    await put('smart', { targets: ['gpt-5'] });
    const name = 'ci';
    await router.virtualKey({ name, allowModels: ['smart'] });
    const dryRun = (model: string): Promise<DryRunView> =>
      router.daemon.api('POST', '/route', { model, virtualKey: name });
    assert.equal((await dryRun('smart')).chosen?.model, 'gpt-5');
    const { chosen, refusal } = await dryRun('gpt-5');
    assert.deepEqual([chosen, refusal?.code], [null, 'model_not_allowed']);
  });

  it('longer than any name are refused before they are remembered', async () => {
    const model = 'x'.repeat(10_000);
    await assert.rejects(chat(model), /400 .*longer than 512 characters/);
    await assert.rejects(message(`${model}/${model}`), /400 .*longer than 512/);
  });

  it('are listed with the models that the caller may use, in each dialect', async () => {
    await put('smart', { targets: ['gpt-4o', SONNET] });
    const token = await router.virtualKey({
      name: 'ci',
      models: { 'claude-opus-4-1': 'gpt-4o', '*haiku*': 'gpt-5' },
      allowModels: ['gpt-4o-mini', 'smart', 'openai/gpt-5'],
    });
    const expected = ['claude-haiku-4-5-20251001', 'claude-opus-4-1', 'gpt-4o-mini', 'openai/gpt-5', 'smart'];
    const listed = (await openai(token).models.list()).data;
    assert.deepEqual(
      listed.map(({ id }) => id),
      expected,
    );
    const smart = listed.find(({ id }) => id === 'smart') as unknown as Record<string, unknown>;
    assert.equal(smart['owned_by'], 'apikeyrouter');
    // gpt-4o has 128,000 tokens of context, and claude-sonnet-4-5 the higher price.
    assert.equal(smart['context_length'], 128_000);
    assert.equal((smart['pricing'] as { completion: string }).completion, '0.000015');
    const ids = (await anthropic(token).models.list()).data.map(({ id }) => id);
    assert.deepEqual(ids, expected);
    const names: string[] = [];
    for await (const { name } of await google(token).models.list()) names.push(name ?? '');
    assert.deepEqual(
      names,
      expected.map((id) => `models/${id}`),
    );
    assert.equal((await openai(token).models.retrieve('smart')).id, 'smart');
    assert.equal((await anthropic(token).models.retrieve('smart')).id, 'smart');
    assert.equal((await google(token).models.get({ model: 'smart' })).name, 'models/smart');
    assert.equal((await openai(token).models.retrieve('openai/gpt-5')).owned_by, 'openai');
    await assert.rejects(openai(token).models.retrieve('gpt-5'), /403 .*It may use claude-opus-4-1/);
    await assert.rejects(openai().models.retrieve('unheard-of'), /404/);
  });

  it('and limits of a virtual key are changed without another token', async () => {
    const created = await router.daemon.api<{ token: string; virtualKey: VirtualKeyView }>(
      'POST',
      '/virtual-keys',
      { name: 'ci', limitUsd: 5 },
    );
    const change = (body: object): Promise<VirtualKeyView> =>
      router.daemon.api('PATCH', `/virtual-keys/${created.virtualKey.id}`, body);
    assert.equal(created.virtualKey.allowModels, null);
    const view = await change({ name: 'build', allowModels: ['gpt-5'], tags: ['a'], limitUsd: null });
    assert.deepEqual(view, {
      ...created.virtualKey,
      name: 'build',
      allowModels: ['gpt-5'],
      tags: ['a'],
      limitNano: null,
    });
    await assert.rejects(chat('gpt-4o', created.token), /403/);
    await chat('gpt-5', created.token);
    await router.crash();
    await assert.rejects(chat('gpt-4o', created.token), /403/);
    await Promise.all([change({ allowModels: null }), change({ models: { 'gpt-4o': 'gpt-5' } })]);
    await chat('gpt-4o', created.token);
    assert.equal(sentModels().at(-1), 'gpt-5');
    await change({ expiresAt: 1 });
    await assert.rejects(chat('gpt-5', created.token), /401/);
    await change({ expiresAt: null, limitUsd: 0.000_000_001, limitWindow: 'total' });
    await assert.rejects(chat('gpt-5', created.token), /402/);
    for (const body of [{}, { revokedAt: null }, { models: ['a'] }, { limitUsd: -1 }, { name: '' }]) {
      await assert.rejects(change(body), /400/);
    }
    const hostile = await fetch(`${router.daemon.url}/api/v1/virtual-keys/${created.virtualKey.id}`, {
      method: 'PATCH',
      headers: { 'x-api-key': router.daemon.endpoint.managementToken },
      body: '{"models":{"__proto__":"gpt-5","gpt-4o":"gpt-4o-mini"}}',
    });
    const { models } = (await hostile.json()) as VirtualKeyView;
    assert.deepEqual(Object.entries(models ?? {}), hostile.ok ? [['gpt-4o', 'gpt-4o-mini']] : []);
    await assert.rejects(router.daemon.api('PATCH', '/virtual-keys/vk_none', { name: 'x' }), /404/);
  });
});
