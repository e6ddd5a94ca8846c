import assert from 'node:assert/strict';
import type { KeyView } from '../../shared/model/views.ts';
import { openaiResponses } from '../support/openai-answers.ts';
import { openaiRateLimited } from '../support/provider-errors.ts';
import { RouterFixture, secretOf } from '../support/router-fixture.ts';

interface ResponseBody {
  readonly id: string;
  readonly error?: { readonly code: string; readonly message: string };
}

describe('what only the account that made it can read', () => {
  let router: RouterFixture;
  let keys: readonly KeyView[];

  beforeEach(async () => {
    router = await RouterFixture.start();
    keys = [await router.addKey('openai', 'first'), await router.addKey('openai', 'second')];
    router.openai.on({ method: 'POST' }, openaiResponses());
  });
  afterEach(() => router.stop());

  const ask = (more: object = {}, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    router.post('/v1/responses', { model: 'gpt-5', max_output_tokens: 50, input: 'Hello', ...more }, headers);

  /** Answers one request and says what it was and who made it. */
  async function start(more: object = {}): Promise<{ readonly id: string; readonly keyId: string }> {
    const response = await ask(more);
    assert.equal(response.status, 200);
    const text = await response.text();
    const id = /"id":\s*"(resp_[^"]+)"/.exec(text)?.[1];
    assert.ok(id);
    return { id, keyId: response.headers.get('x-key-used') ?? '' };
  }

  const nameOf = (keyId: string): string => keys.find(({ id }) => id === keyId)?.name ?? '';

  async function follow(id: string): Promise<string> {
    // Each with another beginning, so that no prompt cache keeps them together.
    const response = await ask({ previous_response_id: id, input: `And ${Math.random()}` });
    assert.equal(response.status, 200, await response.clone().text());
    await response.text();
    return response.headers.get('x-key-used') ?? '';
  }

  for (const stream of [false, true]) {
    it(`keeps following ${stream ? 'streamed' : 'whole'} responses on the account of the first`, async () => {
      const { id, keyId } = await start({ stream });
      const used: string[] = [];
      for (let turn = 0; turn < 6; turn++) used.push(await follow(id));
      assert.deepEqual(used, Array(6).fill(keyId));
      const traces = await router.traces(7);
      const [skipped] = traces.at(-1)?.decisions[0]?.skipped ?? [];
      assert.equal(skipped?.reason, 'other_account');
    });
  }

  it('remembers over a restart', async () => {
    const { id, keyId } = await start();
    await router.traces(1);
    await router.crash();
    const used: string[] = [];
    for (let turn = 0; turn < 4; turn++) used.push(await follow(id));
    assert.deepEqual(used, Array(4).fill(keyId));
  });

  it('waits for that account rather than asking another', async () => {
    const { id, keyId } = await start();
    router.openai.on(
      { key: secretOf(nameOf(keyId)), method: 'POST' },
      openaiRateLimited({ retryAfterSeconds: 30 }),
    );
    const response = await ask({ previous_response_id: id });
    assert.equal(response.status, 429);
    const again = await ask({ previous_response_id: id });
    assert.equal(again.status, 429);
    assert.ok(Number(again.headers.get('retry-after')) > 20);
    const body = (await again.json()) as ResponseBody;
    assert.match(body.error?.message ?? '', /other account/);
  });

  it('refuses clearly when that account is gone', async () => {
    const { id, keyId } = await start();
    await router.daemon.api('DELETE', `/keys/${keyId}`);
    const sent = router.openai.requests.length;
    const response = await ask({ previous_response_id: id });
    assert.equal(response.status, 404);
    assert.equal(response.headers.get('x-should-retry'), 'false');
    const { error } = (await response.json()) as ResponseBody;
    assert.equal(error?.code, 'account_bound');
    assert.match(error?.message ?? '', new RegExp(id));
    assert.equal(router.openai.requests.length, sent, 'nothing was sent');
    assert.equal((await ask()).status, 200, 'the other account serves new conversations');
  });

  it('learns from an answer which account has a file', async () => {
    const input = [{ role: 'user', content: [{ type: 'input_file', file_id: 'file-abc' }] }];
    const { keyId } = await start({ input });
    const used: string[] = [];
    for (let turn = 0; turn < 4; turn++) used.push((await start({ input })).keyId);
    assert.deepEqual(used, Array(4).fill(keyId));
  });

  it('lets a response that it never saw go anywhere', async () => {
    const response = await ask({ previous_response_id: 'resp_from_before' });
    assert.equal(response.status, 200);
  });
});
