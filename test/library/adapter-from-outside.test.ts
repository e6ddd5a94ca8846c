import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiKeyRouter, type ProviderAdapter } from '../../server/library/index.ts';

const ANSWER = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: 'house/large',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Good day' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
};

/** A provider as none of the kinds knows one: signed requests, a path by model, errors and limits of its own. */
const house: ProviderAdapter = {
  kind: 'house',
  protocols: new Set(['openai-chat']),
  authHeaders: () => ({}),
  authorize: (request, secret) => {
    const headers = { 'x-house-signature': `${secret} ${request.path} ${request.body?.length}` };
    return Promise.resolve(
      secret === 'secret-of-nobody'
        ? { ok: false, failure: { class: 'key_invalid', message: 'The house does not know you.' } }
        : { ok: true, headers },
    );
  },
  withheldHeaders: new Set(),
  nameOf: (model) => `house/${model}`,
  path: ({ model, stream }) => `/rooms/${encodeURIComponent(model)}/${stream ? 'stream' : 'talk'}`,
  editBody: ({ body }) => {
    const { model: _model, ...rest } = JSON.parse(new TextDecoder().decode(body)) as Record<string, unknown>;
    return new TextEncoder().encode(JSON.stringify(rest));
  },
  modelsUrl: ({ baseUrl }) => `${baseUrl}/rooms`,
  readModels: (json) => (Array.isArray(json) ? json.map(String) : null),
  servesByName: (model) => model.startsWith('large'),
  family: (model) => model,
  classify: (status, _headers, body) => ({
    class: status === 418 ? 'rate_limited' : 'server_error',
    message: body,
    retryAfterMs: 60_000,
  }),
  readLimits: (headers) => [
    { dimension: 'requests', limit: 10, remaining: Number(headers['x-house-left']), resetAt: null },
  ],
  readAccount: () => null,
  readRequestId: (headers) => String(headers['x-house-request']),
  refuseSecret: (secret) =>
    secret.startsWith('secret-')
      ? null
      : { code: 'key_placeholder', message: 'Keys of the house begin with "secret-".' },
};

describe('a provider adapter from outside', () => {
  let server: http.Server;
  let router: ApiKeyRouter;
  let seen: { readonly url: string; readonly signature: unknown; readonly body: string }[];
  let status: number;

  beforeEach(async () => {
    seen = [];
    status = 200;
    server = http.createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        seen.push({ url: request.url ?? '', signature: request.headers['x-house-signature'], body });
        response.writeHead(status, {
          'content-type': 'application/json',
          'x-house-left': '7',
          'x-house-request': 'h-1',
        });
        response.end(status === 200 ? JSON.stringify(ANSWER) : 'Too many guests.');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    router = new ApiKeyRouter();
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
    await router.registerProvider({ id: 'my-house', adapter: house, baseUrl });
  });
  afterEach(async () => {
    await router.close();
    server.closeAllConnections();
    server.close();
  });

  it('gives requests the form of its provider: path, body, name of the model, signature', async () => {
    const key = await router.registerKey({ provider: 'my-house', secret: 'secret-1' });
    const { content, metadata } = await router.route({ model: 'large', prompt: 'Hello', maxTokens: 9 });
    assert.equal(content, 'Good day');
    assert.equal(metadata.providerUsed, 'my-house');
    assert.equal(metadata.keyUsed, key.id);
    const [request] = seen;
    assert.equal(request?.url, '/api/rooms/house%2Flarge/talk');
    assert.deepEqual(JSON.parse(request.body), {
      max_tokens: 9,
      messages: [{ role: 'user', content: 'Hello' }],
    });
    assert.equal(request.signature, `secret-1 /api/rooms/house%2Flarge/talk ${request.body.length}`);
    const trace = await router.getRequestTrace(metadata.requestId);
    assert.equal(trace?.attempts[0]?.upstreamRequestId, 'h-1');
    assert.deepEqual(trace.edits, ['model large sent as house/large', 'body put into the form of my-house']);
  });

  it('tells what its errors mean', async () => {
    const key = await router.registerKey({ provider: 'my-house', secret: 'secret-1' });
    status = 418;
    await assert.rejects(router.route({ model: 'large', prompt: 'Hello', maxTokens: 9, deadlineMs: 500 }));
    assert.equal((await router.getKey(key.id))?.state, 'throttled');
  });

  it('may refuse a key before anything is sent, and another serves', async () => {
    const nobody = await router.registerKey({ provider: 'my-house', secret: 'secret-of-nobody', name: 'a' });
    await router.registerKey({ provider: 'my-house', secret: 'secret-2', name: 'b' });
    for (let count = 0; count < 2; count++) {
      assert.equal(
        (await router.route({ model: 'large', prompt: 'Hello', maxTokens: 9 })).metadata.keyName,
        'b',
      );
    }
    assert.equal((await router.getKey(nobody.id))?.state, 'invalid');
  });

  it('judges secrets before they are kept', async () => {
    await assert.rejects(
      router.registerKey({ provider: 'my-house', secret: 'other' }),
      /begin with "secret-"/,
    );
  });
});
