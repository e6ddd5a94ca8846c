import assert from 'node:assert/strict';
import Anthropic, { APIError as AnthropicError } from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI, { APIError as OpenAIError } from 'openai';
import { anthropicMessages } from '../support/anthropic-answers.ts';
import { geminiContent, geminiListing } from '../support/google-answers.ts';
import { openaiResponses } from '../support/openai-answers.ts';
import { RouterFixture } from '../support/router-fixture.ts';
import { after, jsonReply } from '../support/script.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';

const CLAUDE = 'claude-sonnet-4-5-20250929';

describe('a caller whose protocol the provider does not speak', () => {
  let router: RouterFixture;

  beforeEach(async () => {
    router = await RouterFixture.start();
    await router.addKey('openai', 'o');
    await router.addKey('anthropic', 'a');
    router.openai.on({ method: 'POST', path: '/v1/responses' }, openaiResponses({ text: ['po', 'ng'] }));
    router.anthropic.on({ method: 'POST', path: '/v1/messages' }, anthropicMessages({ text: ['po', 'ng'] }));
  });
  afterEach(() => router.stop());

  const openai = (): OpenAI =>
    new OpenAI({ baseURL: `${router.daemon.url}/v1`, apiKey: router.token, maxRetries: 0 });
  const anthropic = (): Anthropic =>
    new Anthropic({ baseURL: router.daemon.url, apiKey: router.token, maxRetries: 0 });
  const google = (): GoogleGenAI =>
    new GoogleGenAI({ apiKey: router.token, httpOptions: { baseUrl: router.daemon.url } });

  it('gets its answer in its own words: the Anthropic SDK from OpenAI', async () => {
    const messages = [{ role: 'user', content: 'ping' }] as const;
    const asked = { model: 'gpt-5', max_tokens: 100, messages: [...messages] };
    const answer = await anthropic().messages.create(asked);
    assert.deepEqual(
      answer.content.map((part) => part.type === 'text' && part.text),
      ['pong'],
    );
    assert.equal(answer.stop_reason, 'end_turn');
    const stream = anthropic().messages.stream(asked);
    assert.equal(await stream.finalText(), 'pong');
    const [first] = router.openai.requests.filter(({ method }) => method === 'POST');
    assert.equal(first?.path, '/v1/responses');
    assert.equal(first.headers['anthropic-version'], undefined);
    assert.equal(first.json?.['max_output_tokens'], 100);
  });

  it('asks for no more than the model that answers can put out', async () => {
    const asked = { model: 'gpt-4o', max_tokens: 32_000, messages: [{ role: 'user', content: 'ping' }] };
    const response = await router.post('/v1/messages', asked);
    assert.equal(response.status, 200, await response.clone().text());
    assert.match(response.headers.get('x-router-warnings') ?? '', /lowered to the 16384 tokens/);
    assert.equal(router.openai.requests.at(-1)?.json?.['max_output_tokens'], 16_384);
  });

  it('gets its answer in its own words: the OpenAI SDK from Anthropic, in both of its protocols', async () => {
    const asked = { model: CLAUDE, messages: [{ role: 'user' as const, content: 'ping' }] };
    const { data, response } = await openai().chat.completions.create(asked).withResponse();
    assert.equal(data.choices[0]?.message.content, 'pong');
    assert.equal(response.headers.get('x-provider-used'), 'anthropic');
    let text = '';
    const stream = await openai().chat.completions.create({ ...asked, stream: true });
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    assert.equal(text, 'pong');
    const answer = await openai().responses.create({ model: CLAUDE, input: 'ping' });
    assert.equal(answer.output_text, 'pong');
  });

  it('gets its answer in its own words: the Google SDK from Anthropic', async () => {
    const answer = await google().models.generateContent({ model: CLAUDE, contents: 'ping' });
    assert.equal(answer.text, 'pong');
    let text = '';
    for await (const chunk of await google().models.generateContentStream({
      model: CLAUDE,
      contents: 'ping',
    }))
      text += chunk.text ?? '';
    assert.equal(text, 'pong');
  });

  it('is carried over into what a provider speaks itself, not into what it imitates', async () => {
    const gemini = await ScriptedUpstream.start();
    try {
      gemini
        .on({ path: '/v1beta/models' }, geminiListing(['gemini-2.5-pro']))
        .on({ path: '/v1beta/models/gemini-2.5-pro:generateContent' }, geminiContent({ text: ['pong'] }));
      const provider = { id: 'google', kind: 'google', baseUrl: gemini.url };
      await router.daemon.api('POST', '/providers', provider);
      await router.addKey('google', 'g');
      const answer = await anthropic().messages.create({
        model: 'gemini-2.5-pro',
        max_tokens: 100,
        messages: [{ role: 'user', content: 'ping' }],
      });
      assert.deepEqual(
        answer.content.map((part) => part.type === 'text' && part.text),
        ['pong'],
      );
    } finally {
      await gemini.stop();
    }
  });

  it('is told what could not be carried over, and so is the trace', async () => {
    const { response } = await openai()
      .chat.completions.create({ model: CLAUDE, seed: 7, messages: [{ role: 'user', content: 'ping' }] })
      .withResponse();
    assert.match(response.headers.get('x-router-warnings') ?? '', /seed/);
    const trace = await router.trace(response.headers.get('x-request-id') ?? '');
    assert.match(trace.warnings.join(), /seed/);
    assert.deepEqual(trace.edits, ['translated from openai-chat to anthropic-messages']);
    assert.ok(trace.costNano > 0);
    assert.equal(trace.attempts[0]?.usage?.outputTokens, trace.usage?.outputTokens);
  });

  it('gets an error of its own kind for what cannot be translated, and for a provider that fails', async () => {
    const stored = openai().responses.create({
      model: CLAUDE,
      input: 'ping',
      previous_response_id: 'resp_1',
    });
    await assert.rejects(stored, (error) => error instanceof OpenAIError && error.status === 400);
    router.openai.on(
      { method: 'POST', path: '/v1/responses' },
      jsonReply(500, { error: { message: 'oops' } }),
    );
    const failed = anthropic().messages.create({
      model: 'gpt-5',
      max_tokens: 100,
      messages: [{ role: 'user', content: 'ping' }],
    });
    await assert.rejects(
      failed,
      (error) => error instanceof AnthropicError && error.status === 502 && error.type === 'api_error',
    );
  });

  it('never gets a broken stream as a whole one', async () => {
    router.anthropic.on(
      { method: 'POST', path: '/v1/messages' },
      after(anthropicMessages({ text: ['po', 'ng', 'pong'] }), 900, { do: 'cut' }),
    );
    const stream = await openai().chat.completions.create({
      model: CLAUDE,
      stream: true,
      messages: [{ role: 'user', content: 'ping' }],
    });
    await assert.rejects(async () => {
      for await (const _ of stream);
    });
  });
});
