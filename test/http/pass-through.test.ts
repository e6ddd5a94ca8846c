import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { anthropicMessages } from '../support/anthropic-answers.ts';
import { openaiChat, openaiEmbeddings, openaiResponses } from '../support/openai-answers.ts';
import { RouterFixture } from '../support/router-fixture.ts';
import { jsonReply, sliced, startingWith, type Reply, type Script } from '../support/script.ts';

/** Characters of two, three and four bytes: every cut at an odd place splits one. */
const MULTI_BYTE = ['Grüße', ' – ', '日本語', ' 🦊', '\u2028', 'naïve'];

describe('pass-through between equal protocols', () => {
  let router: RouterFixture;

  before(async () => {
    router = await RouterFixture.start();
    await router.addKey('openai', 'openai');
    await router.addKey('anthropic', 'anthropic');
  });
  after(() => router.stop());

  const messages = [{ role: 'user', content: 'Zähle auf: 日本語 🦊' }];
  const cases: readonly { readonly path: string; readonly body: object; readonly script: Script }[] = [
    {
      path: '/v1/chat/completions',
      body: {
        model: 'gpt-4o',
        stream: true,
        stream_options: { include_usage: true },
        max_tokens: 9,
        messages,
      },
      script: openaiChat({ text: MULTI_BYTE }),
    },
    {
      path: '/v1/chat/completions',
      body: { model: 'gpt-4o', max_tokens: 9, messages },
      script: openaiChat({ text: MULTI_BYTE }),
    },
    {
      path: '/v1/responses',
      body: { model: 'gpt-5', stream: true, max_output_tokens: 9, input: 'Grüße' },
      script: openaiResponses({ text: MULTI_BYTE }),
    },
    {
      path: '/v1/messages',
      body: { model: 'claude-sonnet-4-5', stream: true, max_tokens: 9, messages },
      script: anthropicMessages({ text: MULTI_BYTE, tool: { name: 'find', input: { where: '日本語 🦊' } } }),
    },
    {
      path: '/v1/messages',
      body: { model: 'claude-sonnet-4-5', max_tokens: 9, messages },
      script: anthropicMessages({ text: MULTI_BYTE }),
    },
    {
      path: '/v1/embeddings',
      body: { model: 'text-embedding-3-small', input: 'Grüße' },
      script: openaiEmbeddings(),
    },
  ];
  for (const { path, body, script } of cases) {
    for (const bytesEach of [1, 7, 100_000]) {
      const kind = 'stream' in body ? 'a stream' : 'an answer';
      it(`passes ${kind} of ${path} byte for byte, cut every ${bytesEach} bytes`, async () => {
        const upstream = path === '/v1/messages' ? router.anthropic : router.openai;
        let sent: Reply | null = null;
        upstream.on({ method: 'POST', path }, (request) => {
          sent = typeof script === 'function' ? script(request) : script;
          return sliced(sent, bytesEach) as Reply;
        });
        const raw = JSON.stringify(body);
        const answer = await router.post(path, raw);
        assert.equal(answer.status, 200);
        const received = Buffer.from(await answer.arrayBuffer());
        assert.deepEqual(received, bytesOf(sent), 'the answer, byte for byte');
        assert.equal(upstream.requests.at(-1)?.body.toString(), raw, 'the request, byte for byte');
        const trace = await router.trace(answer.headers.get('x-request-id') ?? '');
        assert.deepEqual(trace.edits, []);
        assert.equal(trace.attempts[0]?.costBasis, 'reported');
        assert.ok(trace.costNano > 0);
      });
    }
  }

  it('asks for the usage chunk that the caller did not ask for, and takes it out again', async () => {
    router.openai.on({ method: 'POST' }, openaiChat({ text: MULTI_BYTE }));
    const body = { model: 'gpt-4o', stream: true, max_tokens: 9, messages };
    const answer = await router.post('/v1/chat/completions', body);
    const text = await answer.text();
    assert.ok(text.endsWith('data: [DONE]\n\n'));
    assert.ok(!text.includes('"prompt_tokens"'), 'no usage reaches the caller');
    const sent = router.openai.requests.at(-1)?.json;
    assert.deepEqual(sent, { ...body, stream_options: { include_usage: true } });
    const trace = await router.trace(answer.headers.get('x-request-id') ?? '');
    assert.deepEqual(trace.edits, [
      'stream_options.include_usage added',
      'usage chunk removed from the answer',
    ]);
    assert.equal(trace.usage?.inputTokens, 100);
  });

  it('passes bodies of 10 MB both ways', async () => {
    const big = 'ä'.repeat(5 * 1024 * 1024);
    const reply = jsonReply(200, {
      id: 'x',
      choices: [{ index: 0, message: { role: 'assistant', content: big }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 7, completion_tokens: 11, total_tokens: 18 },
    });
    router.openai.on({ method: 'POST' }, reply);
    const raw = JSON.stringify({
      model: 'gpt-4o',
      max_tokens: 9,
      messages: [{ role: 'user', content: big }],
    });
    const answer = await router.post('/v1/chat/completions', raw);
    assert.ok(Buffer.from(await answer.arrayBuffer()).equals(bytesOf(reply)));
    assert.ok(router.openai.requests.at(-1)?.body.equals(Buffer.from(raw)));
    const trace = await router.trace(answer.headers.get('x-request-id') ?? '');
    assert.equal(trace.usage?.inputTokens, 7);
    assert.equal(trace.usage?.outputTokens, 11);
  }).timeout(20_000);

  it('aborts the provider within 100 ms when the caller leaves, and settles by the rule for aborted streams', async () => {
    const script = openaiChat({ text: Array.from({ length: 50 }, (_, at) => ` word${at}`) });
    const before = router.openai.requests.length;
    router.openai.on({ method: 'POST' }, (request) => {
      const reply = (script as (request: unknown) => Reply)(request);
      const half = reply.steps.slice(0, 20);
      return { ...reply, steps: [...half, { do: 'stall' }] };
    });
    const request = http.request(`${router.daemon.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${router.token}`, 'content-type': 'application/json' },
    });
    request.on('error', () => undefined);
    request.end(JSON.stringify({ model: 'gpt-4o', stream: true, max_tokens: 900, messages }));
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    response.on('error', () => undefined);
    await once(response, 'data');
    const left = Date.now();
    request.destroy();
    const seen = await router.openai.received(before + 1);
    await seen.closed;
    assert.ok(
      seen.abortedAt !== null && seen.abortedAt - left < 100,
      `aborted after ${(seen.abortedAt ?? 0) - left} ms`,
    );

    const trace = await router.trace(String(response.headers['x-request-id']));
    assert.equal(trace.outcome, 'cancelled');
    const [attempt] = trace.attempts;
    assert.equal(attempt?.outcome, 'aborted');
    assert.equal(attempt?.costBasis, 'estimated');
    assert.ok(
      attempt.costNano > 0 && attempt.costNano < attempt.reservedNano,
      'neither zero nor the full hold',
    );
  });

  it('holds a slow reader back instead of buffering its answer', async () => {
    const megabyte = 'x'.repeat(1024 * 1024);
    const text = Array.from({ length: 64 }, () => megabyte);
    router.openai.on({ method: 'POST' }, openaiChat({ text }));
    const before = await residentBytes(router);
    const request = http.request(`${router.daemon.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${router.token}`, 'content-type': 'application/json' },
    });
    request.end(JSON.stringify({ model: 'gpt-4o', stream: true, max_tokens: 900, messages }));
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    response.pause();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const grown = (await residentBytes(router)) - before;
    assert.ok(
      grown < 48 * 1024 * 1024,
      `grew by ${Math.round(grown / 1024 / 1024)} MB while the reader slept`,
    );
    let size = 0;
    response.on('data', (chunk: Buffer) => (size += chunk.length)).resume();
    await once(response, 'end');
    assert.ok(size > 64 * 1024 * 1024);
  }).timeout(20_000);

  it('keeps pings and comments in their places', async () => {
    const ping = ': keep-alive\n\n';
    router.openai.on({ method: 'POST' }, (request) => {
      const reply = (openaiChat({ text: ['a', 'b'] }) as (request: unknown) => Reply)(request);
      return startingWith(reply, { do: 'write', bytes: Buffer.from(ping) }) as Reply;
    });
    const body = {
      model: 'gpt-4o',
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 9,
      messages,
    };
    const text = await (await router.post('/v1/chat/completions', body)).text();
    assert.ok(text.startsWith(ping));
  });
});

function bytesOf(reply: Reply | null): Buffer {
  const steps = reply?.steps ?? [];
  return Buffer.concat(steps.map((step) => (step.do === 'write' ? step.bytes : Buffer.alloc(0))));
}

async function residentBytes(router: RouterFixture): Promise<number> {
  const response = await fetch(`${router.daemon.url}/metrics`, {
    headers: { 'x-api-key': router.daemon.endpoint.managementToken },
  });
  const value = /^process_resident_memory_bytes (\S+)$/m.exec(await response.text())?.[1];
  assert.ok(value, 'the metrics tell the resident memory');
  return Number(value);
}
