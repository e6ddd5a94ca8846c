import assert from 'node:assert/strict';
import type { VirtualKeyView } from '../../shared/model/views.ts';
import { openaiChat, openaiEmbeddings } from '../support/openai-answers.ts';
import { eventually, RouterFixture } from '../support/router-fixture.ts';

describe("a virtual key's spending limit", () => {
  let router: RouterFixture;

  beforeEach(async () => {
    router = await RouterFixture.start();
    for (const name of ['first', 'second']) await router.addKey('openai', name);
  });
  afterEach(() => router.stop());

  const spent = async (name: string): Promise<number> => {
    const answer = await router.daemon.api<{ virtualKeys: readonly VirtualKeyView[] }>(
      'GET',
      '/virtual-keys',
    );
    return answer.virtualKeys.find((key) => key.name === name)?.spentNano ?? assert.fail();
  };

  it('is never exceeded by requests that run at once', async () => {
    router.openai.on({ method: 'POST' }, openaiChat({ usage: { inputTokens: 20, outputTokens: 100 } }));
    const token = await router.virtualKey({ name: 'limited', limitUsd: 0.01 });
    const body = { model: 'gpt-4o', max_tokens: 100, messages: [{ role: 'user', content: 'ping' }] };
    const answers = await Promise.all(
      Array.from({ length: 60 }, () =>
        router.post('/v1/chat/completions', body, { authorization: `Bearer ${token}` }),
      ),
    );
    const statuses = answers.map((answer) => answer.status);
    const served = statuses.filter((status) => status === 200).length;
    assert.ok(served >= 5 && served < 15, `${served} served`);
    assert.equal(statuses.filter((status) => status === 402).length, 60 - served);
    const refused = answers.find((answer) => answer.status === 402) ?? assert.fail();
    const { error } = (await refused.json()) as { error: { code: string; message: string } };
    assert.equal(error.code, 'budget_exceeded');
    assert.match(error.message, /\$0\.01/);
    assert.equal(refused.headers.get('x-should-retry'), 'false');
    const price = 20 * 2500 + 100 * 10_000;
    await eventually(async () => assert.equal(await spent('limited'), served * price));
    assert.ok((await spent('limited')) <= 10_000_000);
  });

  it('counts what was billed, and lets the rest be used when a hold is released', async () => {
    router.openai.on({ method: 'POST' }, openaiEmbeddings({ usage: { inputTokens: 10 } }));
    const token = await router.virtualKey({ name: 'embedder', limitUsd: 0.000_002, limitWindow: 'total' });
    const body = { model: 'text-embedding-3-small', input: 'ping' };
    const statuses: number[] = [];
    for (let at = 0; at < 14; at++) {
      const answer = await router.post('/v1/embeddings', body, { authorization: `Bearer ${token}` });
      statuses.push(answer.status);
      await answer.text();
      await eventually(async () =>
        assert.equal(await spent('embedder'), statuses.filter((status) => status === 200).length * 200),
      );
    }
    assert.ok(statuses[0] === 200 && statuses.at(-1) === 402, statuses.join());
    assert.deepEqual(
      [...statuses].sort((a, b) => a - b),
      statuses,
      'once refused, refused until the limit changes',
    );
  });
});
