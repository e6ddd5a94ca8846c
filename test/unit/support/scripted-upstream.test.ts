import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { Readable } from 'node:stream';
import { NO_USAGE } from '../../../shared/model/usage.ts';
import { anthropicMessages } from '../../support/anthropic-answers.ts';
import { modelListing, openaiChat, openaiResponses } from '../../support/openai-answers.ts';
import { anthropicOverloaded, openaiLimitHeaders, openaiRateLimited } from '../../support/provider-errors.ts';
import { after, paced, sliced, startingWith, withHeaders } from '../../support/script.ts';
import { ScriptedUpstream } from '../../support/scripted-upstream.ts';

describe('ScriptedUpstream', function () {
  this.timeout(20_000);
  let upstream: ScriptedUpstream;
  beforeEach(async () => {
    upstream = await ScriptedUpstream.start();
  });
  afterEach(() => upstream.stop());

  function post(path: string, body: object, headers: Record<string, string> = {}, signal?: AbortSignal) {
    return fetch(`${upstream.url}${path}`, {
      method: 'POST',
      headers: { authorization: 'Bearer key-a', ...headers },
      body: JSON.stringify(body),
      ...(signal ? { signal } : {}),
    });
  }

  function chat(more: object = {}): Promise<Response> {
    return post('/v1/chat/completions', { model: 'gpt-4o', ...more });
  }

  it('answers each key by its own scripts in turn, the last one for good', async () => {
    upstream
      .on({ key: 'key-a' }, openaiRateLimited({ retryAfterSeconds: 7 }), openaiChat())
      .on({ key: 'key-b' }, anthropicOverloaded());
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await chat()).status);
    const other = await post('/v1/messages', {}, { authorization: '', 'x-api-key': 'key-b' });
    assert.deepEqual(statuses, [429, 200, 200]);
    assert.equal(other.status, 529);
    assert.equal((await post('/x', {}, { authorization: 'Bearer key-c' })).status, 404);
    assert.deepEqual(
      upstream.requests.map((request) => request.key),
      ['key-a', 'key-a', 'key-a', 'key-b', 'key-c'],
    );
  });

  it('records what it received', async () => {
    upstream.on({}, openaiChat());
    await chat({ note: 'ü' });
    const request = await upstream.received(1);
    assert.equal(request.path, '/v1/chat/completions');
    assert.equal(request.body.toString(), '{"model":"gpt-4o","note":"ü"}');
    assert.equal(request.json?.['note'], 'ü');
    assert.equal(request.abortedAt, null);
  });

  it('streams chat with a usage chunk only for those who ask', async () => {
    upstream.on({}, openaiChat({ text: ['a', 'b'], usage: { cacheReadTokens: 20 } }));
    const without = await (await chat({ stream: true })).text();
    assert.doesNotMatch(without, /usage/);
    assert.ok(without.endsWith('data: [DONE]\n\n'));
    const withUsage = await (await chat({ stream: true, stream_options: { include_usage: true } })).text();
    assert.match(withUsage, /"choices":\[\],"usage":\{"prompt_tokens":120,.*"cached_tokens":20/);
  });

  it('writes events of the Responses API in order, with usage at the end', async () => {
    upstream.on({}, openaiResponses({ text: ['a', 'b'] }));
    const text = await (await post('/v1/responses', { model: 'gpt-5', stream: true })).text();
    const numbers = [...text.matchAll(/"sequence_number":(\d+)/g)].map((match) => Number(match[1]));
    assert.deepEqual(numbers, [...numbers.keys()]);
    assert.match(text, /event: response\.completed\ndata: .*"usage":\{"input_tokens":100/);
  });

  it('counts like Anthropic in messages', async () => {
    upstream.on({}, anthropicMessages({ usage: { cacheReadTokens: 5, cacheWrite1hTokens: 7 } }));
    const answer = (await (await post('/v1/messages', { model: 'claude-x' })).json()) as {
      usage: Record<string, unknown>;
    };
    assert.equal(answer.usage['input_tokens'], 100);
    assert.equal(answer.usage['cache_creation_input_tokens'], 7);
    assert.deepEqual(answer.usage['cache_creation'], {
      ephemeral_5m_input_tokens: 0,
      ephemeral_1h_input_tokens: 7,
    });
  });

  it('lists models in the dialect of the caller', async () => {
    upstream.on({ path: '/v1/models' }, modelListing(['m1']));
    const openai = await (await fetch(`${upstream.url}/v1/models`)).json();
    const anthropic = await (
      await fetch(`${upstream.url}/v1/models`, { headers: { 'anthropic-version': '2023-06-01' } })
    ).json();
    assert.equal((openai as { object: string }).object, 'list');
    assert.equal((anthropic as { first_id: string }).first_id, 'm1');
  });

  it('sends headers exactly as scripted', async () => {
    const limits = openaiLimitHeaders({ requests: { limit: 500, remaining: 499, reset: '120ms' } });
    upstream.on({}, withHeaders(openaiChat(), limits));
    const { headers } = await chat();
    assert.equal(headers.get('x-ratelimit-reset-requests'), '120ms');
    assert.equal(headers.get('x-request-id'), upstream.requests[0]?.id);
  });

  it('cuts bytes where told, also inside a character', async () => {
    upstream.on({}, sliced(openaiChat({ text: ['äöü€'] }), 1));
    const response = await chat({ stream: true });
    assert.ok(response.body);
    const chunks: Uint8Array[] = [];
    for await (const chunk of Readable.fromWeb(response.body)) chunks.push(chunk as Uint8Array);
    assert.ok(chunks.length > 20, `${chunks.length} chunks`);
    assert.match(Buffer.concat(chunks).toString(), /äöü€/);
  });

  it('bills a completed answer in full', async () => {
    upstream.on({}, paced(openaiChat({ usage: { outputTokens: 30, reasoningTokens: 10 } }), 1));
    await (await chat({ stream: true })).text();
    assert.deepEqual(upstream.billed('key-a'), [
      { ...NO_USAGE, inputTokens: 100, outputTokens: 30, reasoningTokens: 10 },
    ]);
    assert.deepEqual(upstream.billed('key-b'), []);
  });

  it('bills nothing for an error', async () => {
    upstream.on({}, openaiRateLimited());
    await chat();
    assert.deepEqual(upstream.billed(), []);
  });

  it('breaks off after so many bytes and bills what was written', async () => {
    const answer = openaiChat({ text: ['one', 'two', 'three'], usage: { outputTokens: 30 } });
    for (const [bytes, step] of [
      [600, { do: 'reset' }],
      [900, { do: 'cut' }],
    ] as const) {
      upstream.on({}, after(answer, bytes, step));
      await assert.rejects(async () => (await chat({ stream: true })).text());
      await upstream.requests.at(-1)?.closed;
    }
    const outputs = upstream.billed().map((usage) => usage.outputTokens);
    assert.equal(outputs.length, 2);
    assert.ok(outputs.every((tokens) => tokens < 30) && (outputs[1] ?? 0) >= (outputs[0] ?? 0));
  });

  it('can end the HTTP body properly in the middle of the protocol', async () => {
    upstream.on({}, after(openaiChat(), 300));
    const text = await (await chat({ stream: true })).text();
    assert.equal(Buffer.byteLength(text), 300);
  });

  it('bills a client that leaves for what it was sent, and says when it left', async () => {
    const gate = Promise.withResolvers<void>();
    const script = openaiChat({ text: ['one', 'two'], usage: { outputTokens: 20 } });
    upstream.on({}, (request) => {
      const reply = typeof script === 'function' ? script(request) : script;
      const [role, first, ...rest] = reply.steps;
      assert.ok(role && first);
      return { ...reply, steps: [role, first, { do: 'until', promise: gate.promise }, ...rest] };
    });
    const leave = new AbortController();
    const response = await post('/v1/chat/completions', { model: 'm', stream: true }, {}, leave.signal);
    const reader = response.body?.getReader();
    let text = '';
    while (!text.includes('one')) text += Buffer.from((await reader?.read())?.value ?? []).toString();
    leave.abort();
    const request = await upstream.received(1);
    await request.closed;
    assert.ok(request.abortedAt !== null);
    assert.equal(request.bill?.outputTokens, 10);
    gate.resolve();
  });

  it('can hold back the head, or send it and stall', async () => {
    const gate = Promise.withResolvers<void>();
    upstream.on(
      {},
      startingWith(openaiChat(), { do: 'until', promise: gate.promise }),
      startingWith(openaiChat(), { do: 'head' }, { do: 'stall' }),
    );
    const held = chat();
    await upstream.received(1);
    gate.resolve();
    assert.equal((await held).status, 200);
    const stalled = await chat();
    assert.equal(stalled.status, 200);
    await stalled.body?.cancel();
    await (await upstream.received(2)).closed;
  });

  it('takes a client that leaves within its own request for none', async () => {
    const socket = net.connect(Number(new URL(upstream.url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc', () => socket.destroy());
    await once(socket, 'close');
    upstream.on({}, openaiChat());
    await chat();
    assert.equal(upstream.requests.length, 1);
  });
});
