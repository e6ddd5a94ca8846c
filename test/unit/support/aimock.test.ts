import assert from 'node:assert/strict';
import { Aimock } from '../../support/aimock.ts';

describe('Aimock', () => {
  let mock: Aimock;
  beforeEach(async () => {
    mock = await Aimock.start({ keys: ['key-a'] });
    mock.on({}, { content: 'Paris', usage: { prompt_tokens: 11, completion_tokens: 3 } });
  });
  afterEach(() => mock.stop());

  function ask(key: string): Promise<Response> {
    return fetch(`${mock.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Capital of France?' }] }),
    });
  }

  it('answers its own keys only, and keeps a journal', async () => {
    assert.equal((await ask('key-b')).status, 401);
    const answer = (await (await ask('key-a')).json()) as {
      choices: { message: { content: string } }[];
      usage: { prompt_tokens: number };
    };
    assert.equal(answer.choices[0]?.message.content, 'Paris');
    assert.equal(answer.usage.prompt_tokens, 11);
    const last = mock.journal().at(-1);
    assert.equal(last?.path, '/v1/chat/completions');
    assert.equal(last?.status, 200);
  });

  it('fails as often as it is told to', async () => {
    mock.setChaos({ rateLimitRate: 1 });
    assert.equal((await ask('key-a')).status, 429);
    mock.setChaos({});
    assert.equal((await ask('key-a')).status, 200);
  });
});
