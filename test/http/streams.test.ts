import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { anthropicMessages } from '../support/anthropic-answers.ts';
import { openaiChat, openaiResponses } from '../support/openai-answers.ts';
import {
  anthropicErrorEvent,
  anthropicOverloaded,
  openaiContextTooLong,
} from '../support/provider-errors.ts';
import type { ReceivedRequest } from '../support/received-request.ts';
import { RouterFixture, secretOf } from '../support/router-fixture.ts';
import { after as afterBytes, jsonReply, type Reply, type Script, type Step } from '../support/script.ts';

const messages = [{ role: 'user' as const, content: 'ping' }];

describe('failures inside an answer', () => {
  let router: RouterFixture;

  beforeEach(async () => {
    router = await RouterFixture.start();
    for (const name of ['first', 'second']) {
      await router.addKey('openai', `openai-${name}`);
      await router.addKey('anthropic', `anthropic-${name}`);
    }
  });
  afterEach(() => router.stop());

  const anthropic = (): Anthropic =>
    new Anthropic({ baseURL: router.daemon.url, apiKey: router.token, maxRetries: 0 });
  const openai = (): OpenAI =>
    new OpenAI({ baseURL: `${router.daemon.url}/v1`, apiKey: router.token, maxRetries: 0 });

  /** The pieces of an answer up to (not including) the first one that matches, then other steps. */
  const until =
    (script: Script, text: string, ...then: readonly Step[]): Script =>
    (request) => {
      const reply = play(script, request);
      const at = reply.steps.findIndex(
        (step) => step.do === 'write' && Buffer.from(step.bytes).includes(text),
      );
      return { ...reply, steps: [...reply.steps.slice(0, at), ...then] };
    };

  it('fails over when a stream reports an error before its first content', async () => {
    const path = '/v1/messages';
    router.anthropic.on({ method: 'POST', path }, anthropicMessages({ text: ['pong'] }));
    router.anthropic.on(
      { method: 'POST', path, key: secretOf('anthropic-first') },
      until(anthropicMessages(), 'content_block_delta', anthropicErrorEvent('api_error', 'Internal')),
    );
    const message = await anthropic()
      .messages.stream({ model: 'claude-sonnet-4-5', max_tokens: 20, messages })
      .finalMessage();
    assert.deepEqual(message.content[0], { type: 'text', text: 'pong' });
    const [trace] = await router.traces(1);
    assert.deepEqual(
      trace?.attempts.map((attempt) => attempt.failure?.class ?? attempt.outcome),
      ['stream_error', 'succeeded'],
    );
  });

  it('fails over when a stream or an answer is cut before its first content', async () => {
    const good = openaiChat({ text: ['pong'] });
    router.openai.on(
      { method: 'POST', path: '/v1/chat/completions' },
      until(openaiChat(), '"content":"Hello"', { do: 'reset' }),
      good,
      afterBytes(openaiChat(), 40, { do: 'cut' }),
      good,
    );
    const stream = await openai().chat.completions.create({
      model: 'gpt-4o',
      max_tokens: 20,
      messages,
      stream: true,
    });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    assert.equal(text, 'pong');
    const answer = await openai().chat.completions.create({ model: 'gpt-4o-mini', max_tokens: 20, messages });
    assert.equal(answer.choices[0]?.message.content, 'pong');
    const traces = await router.traces(2);
    const cut = traces.flatMap((trace) => trace.attempts).filter((attempt) => attempt.outcome === 'failed');
    assert.equal(cut.length, 2);
    for (const attempt of cut) assert.equal(attempt.failure?.class, 'stream_cut');
  });

  for (const [name, end] of [
    ['reset', [{ do: 'reset' }]],
    ['ended without its end', []],
    ['cut inside an event', [{ do: 'write', bytes: Buffer.from('data: {"id":"chatcmpl-1","cho') }]],
  ] as const satisfies readonly (readonly [string, readonly Step[]])[]) {
    it(`never shows a chat stream that was ${name} as complete`, async () => {
      router.openai.on({ method: 'POST' }, until(openaiChat(), '"content":" simulated"', ...end));
      const stream = await openai().chat.completions.create({
        model: 'gpt-4o',
        max_tokens: 20,
        messages,
        stream: true,
      });
      let text = '';
      await assert.rejects(async () => {
        for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
      }, /broke off/);
      assert.equal(text, 'Hello from the');
      const [trace] = await router.traces(1);
      assert.equal(trace?.outcome, 'failed');
      assert.equal(trace.errorCode, 'upstream_cut');
      assert.equal(trace.attempts.length, 1, 'after the first content nothing is tried again');
      assert.equal(trace.attempts[0]?.costBasis, 'estimated');
      assert.ok(trace.costNano > 0);
    });
  }

  it('never shows cut Messages and Responses streams as complete', async () => {
    router.anthropic.on({ method: 'POST' }, until(anthropicMessages(), ' simulated', { do: 'reset' }));
    const message = anthropic().messages.stream({ model: 'claude-sonnet-4-5', max_tokens: 20, messages });
    await assert.rejects(message.finalMessage(), /broke off/);

    router.openai.on({ method: 'POST' }, until(openaiResponses(), ' simulated', { do: 'reset' }));
    const stream = await openai().responses.create({
      model: 'gpt-5',
      max_output_tokens: 20,
      input: 'ping',
      stream: true,
    });
    const types: string[] = [];
    await assert.rejects(async () => {
      for await (const event of stream) types.push(event.type);
      if (types.at(-1) === 'error') throw new Error('broke off: the stream ended with an error event');
    }, /broke off/);
    assert.ok(!types.includes('response.completed'));
  });

  it("treats an overload as the provider's: the other keys of it are not hammered", async () => {
    router.anthropic.on({ method: 'POST' }, anthropicOverloaded());
    const response = await router.post('/v1/messages', {
      model: 'claude-sonnet-4-5',
      max_tokens: 20,
      messages,
    });
    assert.equal(response.status, 503);
    const asked = router.anthropic.requests.filter((request) => request.method === 'POST').length;
    assert.ok(asked <= 3, `asked ${asked} times`);
    const [trace] = await router.traces(1);
    assert.equal(trace?.attempts[0]?.failure?.fault, 'provider');
    assert.equal(trace.attempts[0].transitions[0]?.owner, 'provider:anthropic');
  });

  it('passes a fault of the request on as it is, and tries no other key', async () => {
    const reply = openaiContextTooLong();
    router.openai.on({ method: 'POST' }, reply);
    const response = await router.post('/v1/chat/completions', { model: 'gpt-4o', max_tokens: 20, messages });
    assert.equal(response.status, 400);
    const body = (await response.json()) as { error: { code: string } };
    assert.equal(body.error.code, 'context_length_exceeded');
    const [trace] = await router.traces(1);
    assert.equal(trace?.attempts.length, 1);
    assert.equal(trace.attempts[0]?.failure?.fault, 'my_request');
    assert.equal(trace.costNano, 0);
  });

  it('fails over from an answer that is no JSON, and does not follow redirects', async () => {
    router.openai.on({ method: 'POST' }, openaiChat({ text: ['pong'] }));
    const broken = jsonReply(200, 'x');
    router.openai.on(
      { method: 'POST', key: secretOf('openai-first') },
      { ...broken, steps: [{ do: 'write', bytes: Buffer.from('<html>busy</html>') }] },
    );
    const redirect = { ...jsonReply(307, {}), headers: { location: `${router.anthropic.url}/steal` } };
    for (const reply of [broken, redirect]) {
      if (reply === redirect) router.openai.on({ method: 'POST', key: secretOf('openai-first') }, redirect);
      const answer = await openai().chat.completions.create({
        model: 'gpt-4o-mini',
        max_tokens: 20,
        messages,
      });
      assert.equal(answer.choices[0]?.message.content, 'pong');
    }
    assert.equal(router.anthropic.requests.filter((request) => request.path === '/steal').length, 0);
  });
});

function play(script: Script, request: ReceivedRequest): Reply {
  return typeof script === 'function' ? script(request) : script;
}
