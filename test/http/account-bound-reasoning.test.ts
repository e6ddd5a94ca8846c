import assert from 'node:assert/strict';
import type { KeyView } from '../../shared/model/views.ts';
import { geminiContent, geminiListing } from '../support/google-answers.ts';
import { openaiResponses } from '../support/openai-answers.ts';
import { openaiError } from '../support/provider-errors.ts';
import type { ReceivedRequest } from '../support/received-request.ts';
import { RouterFixture, secretOf } from '../support/router-fixture.ts';
import type { Script } from '../support/script.ts';

const LEFT_OUT = 'reasoning that only another account can read was left out';

/**
 * An OpenAI whose accounts encrypt reasoning for themselves, and refuse that of others as
 * https://github.com/openai/codex/issues/13724 has it.
 */
function encrypting(): Script {
  return (request) => {
    const account = request.key ?? '';
    const read = reasoningIn(request);
    if (!read.every((value) => value.endsWith(tail(account)))) {
      return openaiError(400, {
        type: 'invalid_request_error',
        code: 'invalid_encrypted_content',
        message:
          'The encrypted content gAAA... could not be verified. Reason: Encrypted content organization_id did not match the target organization.',
      });
    }
    const answer = openaiResponses({ thought: { text: 'Hm.', seal: `gAAAA${request.id}${tail(account)}` } });
    return typeof answer === 'function' ? answer(request) : answer;
  };
}

const tail = (account: string): string => Buffer.from(account).toString('base64url');

function reasoningIn({ json }: ReceivedRequest): readonly string[] {
  const { input } = json as { readonly input: unknown };
  const items = Array.isArray(input) ? (input as readonly { readonly encrypted_content?: string }[]) : [];
  return items.flatMap(({ encrypted_content: value }) => (value === undefined ? [] : [value]));
}

describe('reasoning that only the account that made it can read', () => {
  let router: RouterFixture;
  let keys: readonly KeyView[];

  beforeEach(async () => {
    router = await RouterFixture.start();
    keys = [await router.addKey('openai', 'first'), await router.addKey('openai', 'second')];
    router.openai.on({ method: 'POST' }, encrypting());
  });
  afterEach(() => router.stop());

  interface Turn {
    readonly output: readonly object[];
    readonly keyId: string;
  }

  const ask = (input: readonly object[], more: object = {}): Promise<Response> =>
    router.post('/v1/responses', {
      model: 'gpt-5',
      max_output_tokens: 50,
      store: false,
      include: ['reasoning.encrypted_content'],
      input,
      ...more,
    });

  const QUESTION = { role: 'user', content: 'Hello' };

  async function start(more: object = {}): Promise<Turn> {
    const response = await ask([QUESTION], more);
    assert.equal(response.status, 200);
    const text = await response.text();
    const completed = /"response":(\{.*"status":"completed".*\})\}/.exec(text)?.[1] ?? text;
    const { output } = JSON.parse(completed) as { readonly output: readonly object[] };
    return { output, keyId: response.headers.get('x-key-used') ?? '' };
  }

  const disable = (keyId: string): Promise<unknown> =>
    router.daemon.api('PATCH', `/keys/${keyId}`, { enabled: false });

  const last = (): ReceivedRequest => {
    const request = router.openai.requests.at(-1);
    assert.ok(request);
    return request;
  };

  for (const stream of [false, true]) {
    const form = stream ? 'streamed' : 'whole';
    it(`stays as it is on that account (${form})`, async () => {
      const { output, keyId } = await start({ stream });
      const body = JSON.stringify({
        model: 'gpt-5',
        max_output_tokens: 50,
        store: false,
        input: [QUESTION, ...output, QUESTION],
      });
      const other = keys.find(({ id }) => id !== keyId);
      await disable(other?.id ?? '');
      const response = await router.post('/v1/responses', body);
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('x-router-warnings'), null);
      assert.equal(last().body.toString(), body);
    });

    it(`is left out with a warning where another account has to answer (${form})`, async () => {
      const { output, keyId } = await start({ stream });
      await disable(keyId);
      const sent = router.openai.requests.length;
      const response = await ask([QUESTION, ...output, QUESTION]);
      assert.equal(response.status, 200, await response.clone().text());
      assert.notEqual(response.headers.get('x-key-used'), keyId);
      assert.equal(response.headers.get('x-router-warnings'), LEFT_OUT);
      assert.equal(router.openai.requests.length, sent + 1, 'it was not tried with the reasoning first');
      const { input } = last().json as { readonly input: readonly { readonly id?: string }[] };
      assert.equal(input.length, 3);
      assert.ok(input.every(({ id }) => id === undefined));
      const trace = (await router.traces(2)).at(-1);
      assert.deepEqual(trace?.warnings, [LEFT_OUT]);
    });
  }

  it('is left out after a refusal, where nobody knows who made it', async () => {
    const { output, keyId } = await start();
    await router.traces(1);
    await router.crash();
    await disable(keyId);
    const response = await ask([QUESTION, ...output, QUESTION]);
    assert.equal(response.status, 200, await response.clone().text());
    assert.equal(response.headers.get('x-router-warnings'), LEFT_OUT);
    const [, trace] = await router.traces(2);
    assert.deepEqual(
      trace?.attempts.map((attempt) => attempt.failure?.class),
      ['reasoning_unreadable', undefined],
    );
    // From here on it is known.
    await (await ask([QUESTION, ...output, QUESTION, QUESTION])).text();
    assert.equal((await router.traces(3)).at(-1)?.attempts.length, 1);
  });

  it('is worth more than an answer where a policy says so', async () => {
    const { output, keyId } = await start();
    await disable(keyId);
    await router.daemon.api('PUT', '/policies/reasoning', {
      name: 'reasoning',
      type: 'failure_handling',
      scope: { global: true },
      rules: [{ action: 'other_account_reasoning', mode: 'refuse' }],
    });
    const response = await ask([QUESTION, ...output, QUESTION]);
    assert.equal(response.status, 404);
    const { error } = (await response.json()) as { readonly error: { code: string; message: string } };
    assert.equal(error.code, 'account_bound');
    assert.match(error.message, /the encrypted reasoning in this conversation/);
  });

  it('never loses a conversation that is compacted', async () => {
    const { keyId } = await start();
    const made = { type: 'compaction', encrypted_content: `gAAAA-all${tail(secretOf('first'))}` };
    const first = keys.find(({ name }) => name === 'first');
    const second = keys.find(({ name }) => name === 'second');
    await disable(second?.id ?? '');
    assert.equal((await ask([made, QUESTION])).status, 200);
    await router.daemon.api('PATCH', `/keys/${second?.id}`, { enabled: true });
    await disable(first?.id ?? '');
    const response = await ask([made, QUESTION]);
    assert.equal(response.status, 404, keyId);
  });

  it('comes back to its account through another protocol, and only to that one', async () => {
    const messages = [{ role: 'user', content: 'Hello' }];
    const tell = (more: readonly object[]): Promise<Response> =>
      router.post('/v1/messages', {
        model: 'gpt-5',
        max_tokens: 2000,
        thinking: { type: 'enabled', budget_tokens: 1024 },
        messages: [...messages, ...more],
      });
    const first = await tell([]);
    assert.equal(first.status, 200, await first.clone().text());
    const keyId = first.headers.get('x-key-used') ?? '';
    const made = last();
    const { content } = (await first.json()) as { readonly content: readonly object[] };
    assert.ok(!JSON.stringify(content).includes(keyId), 'no account is named to the caller');
    const more = [{ role: 'assistant', content }, ...messages];
    const other = keys.find(({ id }) => id !== keyId)?.id ?? '';

    await disable(other);
    assert.equal((await tell(more)).status, 200);
    assert.deepEqual(reasoningIn(last()), [`gAAAA${made.id}${tail(made.key ?? '')}`]);

    await router.daemon.api('PATCH', `/keys/${other}`, { enabled: true });
    await disable(keyId);
    const moved = await tell(more);
    assert.equal(moved.status, 200);
    assert.match(moved.headers.get('x-router-warnings') ?? '', new RegExp(LEFT_OUT));
    assert.deepEqual(reasoningIn(last()), []);
  });

  it('is a thought signature with Gemini', async () => {
    await router.daemon.api('POST', '/providers', {
      id: 'google',
      kind: 'google',
      name: 'Google',
      baseUrl: router.openai.url,
    });
    router.openai.on({ method: 'GET', path: '/v1beta/models' }, geminiListing(['gemini-2.5-pro']));
    const google = [await router.addKey('google', 'third'), await router.addKey('google', 'fourth')];
    const path = '/v1beta/models/gemini-2.5-pro:generateContent';
    router.openai.on(
      { method: 'POST', path },
      geminiContent({ thought: { text: 'Hm.', seal: 'AbCd' }, tool: { name: 'f', input: {} } }),
    );
    const generate = (more: readonly object[]): Promise<Response> =>
      router.post(path, { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }, ...more] });
    const first = await generate([]);
    assert.equal(first.status, 200, await first.clone().text());
    const { candidates } = (await first.json()) as { readonly candidates: readonly { content: object }[] };
    const made = first.headers.get('x-key-used');
    await disable(google.find(({ id }) => id === made)?.id ?? '');
    const content = candidates[0]?.content ?? {};
    assert.match(JSON.stringify(content), /AbCd/);
    const second = await generate([content]);
    assert.equal(second.status, 200, await second.clone().text());
    assert.equal(second.headers.get('x-router-warnings'), LEFT_OUT);
    assert.doesNotMatch(last().body.toString(), /AbCd/);
    assert.match(last().body.toString(), /skip_thought_signature_validator/);
  });
});
