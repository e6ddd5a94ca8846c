import assert from 'node:assert/strict';
import OpenAI from 'openai';
import type { KeyView } from '../../shared/model/views.ts';
import { openaiChat } from '../support/openai-answers.ts';
import { openaiInvalidKey, openaiRateLimited } from '../support/provider-errors.ts';
import { eventually, RouterFixture, secretOf } from '../support/router-fixture.ts';

describe('failover between two accounts', () => {
  let router: RouterFixture;
  let limited: KeyView;
  let healthy: KeyView;

  beforeEach(async () => {
    router = await RouterFixture.start();
    limited = await router.addKey('openai', 'limited');
    healthy = await router.addKey('openai', 'healthy');
    router.openai.on({ method: 'POST' }, openaiChat({ text: ['pong'] }));
  });
  afterEach(() => router.stop());

  function client(): OpenAI {
    return new OpenAI({ baseURL: `${router.daemon.url}/v1`, apiKey: router.token, maxRetries: 0 });
  }
  const ask = (openai: OpenAI, model: string) =>
    openai.chat.completions.create({ model, max_tokens: 50, messages: [{ role: 'user', content: 'ping' }] });

  it('answers every request while one account is rate-limited, and takes it back by itself', async () => {
    const wait = 7;
    router.openai.on(
      { key: secretOf('limited'), method: 'POST' },
      openaiRateLimited({ retryAfterSeconds: wait }),
    );
    const openai = client();
    const started = Date.now();
    const first = await ask(openai, 'gpt-4o').withResponse();
    const rest = await Promise.all(Array.from({ length: 19 }, () => ask(openai, 'gpt-4o')));

    for (const answer of [first.data, ...rest]) assert.equal(answer.choices[0]?.message.content, 'pong');
    const toLimited = router.openai.requests.filter(
      (request) => request.key === secretOf('limited') && request.method === 'POST',
    );
    assert.equal(toLimited.length, 1, 'a throttled key is left alone');

    const trace = await router.trace(first.response.headers.get('x-request-id') ?? '');
    assert.deepEqual(
      trace.attempts.map((attempt) => [attempt.keyId, attempt.status, attempt.outcome]),
      [
        [limited.id, 429, 'failed'],
        [healthy.id, 200, 'succeeded'],
      ],
    );
    assert.equal(trace.attempts[0]?.failure?.class, 'rate_limited');
    assert.equal(trace.attempts[0]?.failure?.fault, 'my_account');
    assert.equal(trace.attempts[0]?.failure?.retryAfterMs, wait * 1000);
    assert.match(trace.attempts[0]?.failure?.message ?? '', /Rate limit reached/);
    const [transition] = trace.attempts[0]?.transitions ?? [];
    assert.deepEqual(
      [transition?.from, transition?.to, transition?.family, transition?.trigger],
      ['available', 'throttled', 'gpt-4o', 'rate_limited'],
    );

    const throttled = (await router.keys()).find((key) => key.id === limited.id);
    assert.equal(throttled?.state, 'throttled');
    const ends = (throttled?.until ?? 0) - started;
    assert.ok(ends > 6_500 && ends < 8_500, `throttled for ${ends} ms`);

    // Another model family of the same key stays usable meanwhile.
    router.openai.on({ key: secretOf('limited'), method: 'POST' }, openaiChat({ text: ['pong'] }));
    const other = await Promise.all(
      Array.from({ length: 4 }, () => ask(openai, 'gpt-4o-mini').withResponse()),
    );
    const used = other.map((answer) => answer.response.headers.get('x-key-used'));
    assert.ok(used.includes(limited.id), `gpt-4o-mini went to ${used.join(', ')}`);

    await waitFor(started + wait * 1000 - Date.now());
    await eventually(async () => {
      const key = (await router.keys()).find((entry) => entry.id === limited.id);
      assert.equal(key?.state, 'recovering');
    });
    const probe = await ask(openai, 'gpt-4o').withResponse();
    assert.equal(probe.response.headers.get('x-key-used'), limited.id, 'real traffic tries the key again');
    await eventually(async () => {
      const key = (await router.keys()).find((entry) => entry.id === limited.id);
      assert.equal(key?.state, 'available');
    });
  }).timeout(20_000);

  it('stops using a key that its provider refuses, and says so', async () => {
    router.openai.on({ key: secretOf('limited'), method: 'POST' }, openaiInvalidKey());
    const answer = await ask(client(), 'gpt-4o').withResponse();
    assert.equal(answer.response.headers.get('x-key-used'), healthy.id);
    await eventually(async () => {
      const key = (await router.keys()).find((entry) => entry.id === limited.id);
      assert.equal(key?.state, 'invalid');
      assert.match(key?.invalidReason ?? '', /Incorrect API key/);
    });
    const { attempts } = await router.trace(answer.response.headers.get('x-request-id') ?? '');
    assert.deepEqual(
      attempts.map((attempt) => attempt.effects),
      [['limited is now invalid until you replace it.'], []],
    );
    const [change] = attempts[0]?.transitions ?? [];
    assert.deepEqual(
      [change?.owner, change?.from, change?.to, change?.trigger],
      [`key:${limited.id}`, 'available', 'invalid', 'key_invalid'],
    );
  });

  it('answers with 429, Retry-After and its own code when every key is throttled', async () => {
    router.openai.on({ method: 'POST' }, openaiRateLimited({ retryAfterSeconds: 30 }));
    const first = await router.post('/v1/chat/completions', chat());
    assert.equal(first.status, 429);
    assert.equal(first.headers.get('x-should-retry'), 'false');
    const second = await router.post('/v1/chat/completions', chat());
    assert.equal(second.status, 429);
    const wait = Number(second.headers.get('retry-after'));
    assert.ok(wait >= 29 && wait <= 30, `retry-after ${wait}`);
    const body = (await second.json()) as { error: { code: string; message: string } };
    assert.equal(body.error.code, 'all_keys_throttled');
    assert.match(body.error.message, /back in \d+s/);
  });
});

function chat(): object {
  return { model: 'gpt-4o', max_tokens: 50, messages: [{ role: 'user', content: 'ping' }] };
}

function waitFor(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
