import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { GoogleGenAI } from '@google/genai';
import type { ProviderRequest } from '../../../server/core/ports/provider.ts';
import { classifyGoogle } from '../../../server/providers/google-errors.ts';
import { googleAdapter as google } from '../../../server/providers/google.ts';
import { vertexAdapter } from '../../../server/providers/vertex.ts';
import { providerRequest } from '../../support/provider-request.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const vertex = vertexAdapter({ token: () => Promise.resolve({ ok: true, token: 'ya29.x' }) });

interface Recorded {
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** What Google's own SDK sends for a call. */
async function recorded(call: (baseUrl: string) => Promise<unknown>): Promise<Recorded> {
  const server = http.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const seen = new Promise<Recorded>((resolve) => {
    server.once('request', (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        resolve({ url: request.url ?? '', headers: request.headers, body });
        response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":{"message":"enough"}}');
      });
    });
  });
  await call(`http://127.0.0.1:${(server.address() as AddressInfo).port}`).catch(() => undefined);
  server.closeAllConnections();
  server.close();
  return seen;
}

describe('the Gemini adapter', () => {
  const client = (baseUrl: string): GoogleGenAI =>
    new GoogleGenAI({ apiKey: 'AIza-simulated', apiVersion: 'v1beta', httpOptions: { baseUrl } });
  const model = 'gemini-2.5-flash';
  const contents = 'Grüße';
  const calls: readonly {
    readonly name: string;
    readonly call: (baseUrl: string) => Promise<unknown>;
    readonly request: Partial<Pick<ProviderRequest, 'protocol' | 'model' | 'stream' | 'query'>>;
  }[] = [
    {
      name: 'generateContent',
      call: (url) => client(url).models.generateContent({ model, contents }),
      request: { protocol: 'gemini-generate' },
    },
    {
      name: 'streamGenerateContent',
      call: (url) => client(url).models.generateContentStream({ model, contents }),
      request: { protocol: 'gemini-generate', stream: true, query: '?alt=sse' },
    },
    {
      name: 'countTokens',
      call: (url) => client(url).models.countTokens({ model, contents }),
      request: { protocol: 'gemini-count-tokens' },
    },
    {
      name: 'embedContent',
      call: (url) => client(url).models.embedContent({ model: 'gemini-embedding-001', contents }),
      request: { protocol: 'gemini-embed', model: 'gemini-embedding-001' },
    },
  ];
  for (const { name, call, request } of calls) {
    it(`has the path and the key of the own SDK for ${name}`, async () => {
      const own = await recorded(call);
      const body = JSON.parse(own.body) as object;
      assert.equal(google.path(providerRequest({ model, ...request, body })), own.url);
      assert.equal(own.headers['x-goog-api-key'], 'AIza-simulated');
      assert.deepEqual(google.authHeaders('AIza-simulated', request.protocol ?? null), {
        'x-goog-api-key': 'AIza-simulated',
      });
    });
  }

  it('asks for events where the caller did not, and for one embedding where there is one', () => {
    const stream = providerRequest({
      protocol: 'gemini-generate',
      model,
      stream: true,
      query: '?x=1&alt=json',
    });
    assert.equal(google.path(stream), `/v1beta/models/${model}:streamGenerateContent?x=1&alt=sse`);
    const embed = providerRequest({ protocol: 'gemini-embed', model: 'models/e', body: { content: {} } });
    assert.equal(google.path(embed), '/v1beta/models/e:embedContent');
  });

  it('keeps other paths, with the model where it stands in one', () => {
    const other = (target: string, model: string): string =>
      google.path(providerRequest({ protocol: 'gemini-other', target, model, query: '?x=1' }));
    assert.equal(other('/v1beta/files/abc', ''), '/v1beta/files/abc?x=1');
    assert.equal(other('/v1/models/google%2Fa:predict', 'imagen-4'), '/v1/models/imagen-4:predict?x=1');
    assert.equal(other('/v1beta/cachedContents', 'models/m'), '/v1beta/cachedContents?x=1');
  });

  it("takes OpenAI's protocols at their own paths, with the key as a bearer", () => {
    assert.equal(
      google.path(providerRequest({ protocol: 'openai-chat' })),
      '/v1beta/openai/chat/completions',
    );
    assert.equal(
      google.path(providerRequest({ protocol: 'openai-embeddings' })),
      '/v1beta/openai/embeddings',
    );
    assert.deepEqual(google.authHeaders('AIza-x', 'openai-chat'), { authorization: 'Bearer AIza-x' });
  });

  it('reads the listing, whose names are paths', () => {
    // ai.google.dev/api/models#method:-models.list
    const listing = {
      models: [{ name: 'models/gemini-2.5-pro' }, { name: 'models/text-embedding-004' }, {}],
    };
    assert.deepEqual(google.readModels(listing), ['gemini-2.5-pro', 'text-embedding-004']);
    assert.equal(google.readModels({}), null);
  });

  for (const [name, family] of [
    ['gemini-2.5-flash-preview-09-2025', 'gemini-2.5-flash'],
    ['gemini-2.0-flash-001', 'gemini-2.0-flash'],
    ['models/gemini-2.5-pro', 'gemini-2.5-pro'],
    ['gemini-flash-latest', 'gemini-flash'],
  ] as const) {
    it(`counts ${name} on the limit of ${family}`, () => assert.equal(google.family(name), family));
  }

  it('refuses the token of a login', () => {
    assert.equal(google.refuseSecret('ya29.a0AfH6SMB_simulated')?.code, 'subscription_login');
    assert.equal(google.refuseSecret('your-api-key')?.code, 'key_placeholder');
    assert.equal(google.refuseSecret('AIzaSyD-simulated-0123456789abcdefghijk'), null);
  });
});

describe("Google's errors", () => {
  /** Bodies after google.rpc.Status; the reasons and quotas as reported in the issues that FACTS.md names. */
  const error = (code: number, status: string, message: string, details: readonly object[] = []): string =>
    JSON.stringify({ error: { code, message, status, details } });
  const info = (reason: string): object => ({ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason });
  const quota = (quotaId: string): object => ({
    '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
    violations: [{ quotaId }],
  });
  const retry = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '37s' };

  const cases = [
    {
      name: 'an invalid key, which comes as 400',
      status: 400,
      body: error(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', [
        info('API_KEY_INVALID'),
      ]),
      is: { class: 'key_invalid', code: 'API_KEY_INVALID' },
    },
    {
      name: 'a suspended key',
      status: 403,
      body: error(403, 'PERMISSION_DENIED', "Permission denied: Consumer 'api_key:AIza' has been suspended."),
      is: { class: 'key_invalid' },
    },
    {
      name: 'a service that is not enabled',
      status: 403,
      body: error(403, 'PERMISSION_DENIED', 'Generative Language API has not been used in project 1 before'),
      is: { class: 'permission_denied' },
    },
    {
      name: "a minute's limit, with its wait",
      status: 429,
      body: error(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota', [
        quota('GenerateContentInputTokensPerModelPerMinute-FreeTier'),
        retry,
      ]),
      is: { class: 'rate_limited', dimension: 'input_tokens', retryAfterMs: 37_000 },
    },
    {
      name: "a day's quota",
      status: 429,
      body: error(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota', [
        quota('GenerateRequestsPerDayPerProjectPerModel-FreeTier'),
      ]),
      is: { class: 'quota_exhausted', dimension: 'requests' },
    },
    {
      name: 'an error within an array',
      status: 429,
      body: `[${error(429, 'RESOURCE_EXHAUSTED', 'Resource exhausted. Please try again later.')}]`,
      is: { class: 'rate_limited', code: 'RESOURCE_EXHAUSTED' },
    },
    {
      name: 'overload',
      status: 503,
      body: error(503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.'),
      is: { class: 'overloaded' },
    },
    {
      name: 'an unknown model',
      status: 404,
      body: error(404, 'NOT_FOUND', 'models/x is not found for API version v1beta'),
      is: { class: 'model_unavailable' },
    },
    {
      name: 'an input that is too long',
      status: 400,
      body: error(
        400,
        'INVALID_ARGUMENT',
        'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
      ),
      is: { class: 'context_length' },
    },
    { name: 'no JSON', status: 502, body: '<html>', is: { class: 'server_error' } },
  ] as const;
  for (const { name, status, body, is } of cases) {
    it(`tell ${name}`, () => {
      const failure = classifyGoogle(status, {}, body, NOW);
      assert.deepEqual({ ...failure, ...is }, failure);
    });
  }
});

describe('the Vertex adapter', () => {
  const baseUrl = 'https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1';

  it('has the path of the own SDK for Gemini', async () => {
    const own = await recorded((url) =>
      new GoogleGenAI({
        vertexai: true,
        project: 'p',
        location: 'us-central1',
        apiVersion: 'v1',
        // Its class wants more methods than this client calls.
        googleAuthOptions: {
          authClient: {
            getRequestHeaders: () => Promise.resolve(new Headers({ authorization: 'Bearer ya29.x' })),
          },
        } as unknown as NonNullable<
          NonNullable<ConstructorParameters<typeof GoogleGenAI>[0]>['googleAuthOptions']
        >,
        httpOptions: { baseUrl: url },
      }).models.generateContentStream({ model: 'gemini-2.5-pro', contents: 'Grüße' }),
    );
    const request = providerRequest({
      protocol: 'gemini-generate',
      model: 'gemini-2.5-pro',
      stream: true,
      query: '?alt=sse',
      baseUrl,
    });
    assert.equal(new URL(baseUrl).pathname + vertex.path(request), own.url);
    assert.equal(own.headers.authorization, 'Bearer ya29.x');
  });

  it('speaks what each model speaks', () => {
    const spoken = (model: string): readonly string[] => [...(vertex.protocolsOf?.(model) ?? [])];
    assert.deepEqual(spoken('gemini-2.5-pro'), ['gemini-generate', 'gemini-count-tokens']);
    assert.deepEqual(spoken('claude-sonnet-4-5'), ['anthropic-messages', 'anthropic-count-tokens']);
    assert.deepEqual(spoken('meta/llama-4-maverick'), ['openai-chat']);
    assert.equal(vertex.nameOf?.('claude-sonnet-4-5-20250929', null), 'claude-sonnet-4-5@20250929');
    assert.equal(vertex.nameOf?.('claude-opus-4-6', null), 'claude-opus-4-6');
  });

  it('keeps a service account in one word that ends like its key', () => {
    const file = {
      client_email: 'a@p.iam.gserviceaccount.com',
      private_key: '-----BEGIN',
      private_key_id: 'abcdef01',
    };
    const packed = vertex.readSecret?.(JSON.stringify(file, null, 2)) ?? '';
    assert.match(packed, /^eyJ[\w+/=]+\.abcdef01$/);
    assert.equal(vertex.refuseSecret(packed), null);
    assert.deepEqual(vertex.authHeaders(packed, null), {});
    assert.equal(vertex.refuseSecret('AIza-no-account')?.code, 'key_placeholder');
    assert.equal(vertex.readSecret?.('{"type":"authorized_user"}'), '{"type":"authorized_user"}');
  });

  it("tells Anthropic's errors from Google's", () => {
    const anthropic = '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}';
    assert.equal(vertex.classify(529, {}, anthropic, NOW).class, 'overloaded');
    const googles = '{"error":{"code":429,"message":"Quota exceeded","status":"RESOURCE_EXHAUSTED"}}';
    assert.equal(vertex.classify(429, {}, googles, NOW).class, 'rate_limited');
  });
});
