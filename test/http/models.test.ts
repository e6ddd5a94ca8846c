import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { anthropicCountTokens } from '../support/anthropic-answers.ts';
import { RouterFixture } from '../support/router-fixture.ts';

describe('the models that a caller may use', () => {
  let router: RouterFixture;

  before(async () => {
    router = await RouterFixture.start();
    await router.addKey('openai', 'o');
    await router.addKey('anthropic', 'a');
  });
  after(() => router.stop());

  const google = (): GoogleGenAI =>
    new GoogleGenAI({ apiKey: router.token, httpOptions: { baseUrl: router.daemon.url } });
  const anthropic = (): Anthropic =>
    new Anthropic({ baseURL: router.daemon.url, apiKey: router.token, maxRetries: 0 });

  it('are listed in the dialect of each SDK', async () => {
    const openai = new OpenAI({ baseURL: `${router.daemon.url}/v1`, apiKey: router.token, maxRetries: 0 });
    const expected = [
      'auto',
      'cheap',
      'claude-haiku-4-5-20251001',
      'claude-sonnet-4-5-20250929',
      'fast',
      'gpt-4o',
      'gpt-4o-mini',
      'gpt-5',
      'text-embedding-3-small',
    ];
    assert.deepEqual((await openai.models.list()).data.map(({ id }) => id).sort(), expected);
    assert.deepEqual((await anthropic().models.list()).data.map(({ id }) => id).sort(), expected);
    const names: string[] = [];
    for await (const { name } of await google().models.list()) names.push(name ?? '');
    assert.deepEqual(
      names.sort(),
      expected.map((id) => `models/${id}`),
    );
  });

  it('come with their context and price', async () => {
    const response = await fetch(`${router.daemon.url}/v1/models/gpt-4o`, {
      headers: { authorization: `Bearer ${router.token}` },
    });
    const model = (await response.json()) as Record<string, unknown>;
    // platform.openai.com/docs/models/gpt-4o: $2.50, $1.25 cached and $10.00 a million tokens.
    assert.deepEqual(model['pricing'], {
      prompt: '0.0000025',
      completion: '0.00001',
      input_cache_read: '0.00000125',
    });
    assert.equal(model['context_length'], 128_000);
  });

  it('have their tokens counted by their provider, over another protocol too, or else estimated', async () => {
    router.anthropic.on({ path: '/v1/messages/count_tokens' }, anthropicCountTokens(42));
    const messages = [{ role: 'user' as const, content: 'Hello '.repeat(200) }];
    const model = 'claude-sonnet-4-5-20250929';
    assert.equal((await anthropic().messages.countTokens({ model, messages })).input_tokens, 42);
    const counted = await google().models.countTokens({ model, contents: 'Hello' });
    assert.equal(counted.totalTokens, 42);
    const estimated = await anthropic().messages.countTokens({ model: 'gpt-5', messages }).withResponse();
    assert.ok(estimated.data.input_tokens > 150 && estimated.data.input_tokens < 600);
    assert.match(estimated.response.headers.get('x-router-warnings') ?? '', /estimate/);
    await assert.rejects(anthropic().messages.countTokens({ model: 'unheard-of', messages }), /404/);
  });
});
