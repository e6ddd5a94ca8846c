import assert from 'node:assert/strict';
import { generateKeyPairSync, verify } from 'node:crypto';
import Anthropic from '@anthropic-ai/sdk';
import { AnthropicBedrock } from '@anthropic-ai/bedrock-sdk';
import { AnthropicVertex } from '@anthropic-ai/vertex-sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI, { AzureOpenAI } from 'openai';
import { anthropicMessages } from '../support/anthropic-answers.ts';
import { bedrockStream, CLAUDE_EVENTS, eventStreamMessage } from '../support/event-stream.ts';
import { modelListing, openaiChat, openaiEmbeddings, openaiResponses } from '../support/openai-answers.ts';
import type { ReceivedRequest } from '../support/received-request.ts';
import { RouterFixture } from '../support/router-fixture.ts';
import { jsonReply, write } from '../support/script.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';
import { isSignedBy } from '../support/verify-sigv4.ts';

/** Of the connection, of fetch, or how an SDK names itself: not what a provider goes by. */
const INCIDENTAL =
  /^(?:host|connection|content-length|accept-encoding|accept-language|sec-fetch-mode|user-agent|x-stainless-.*)$/;
const NOTHING = /^$/;
/** Anthropic takes a key as `x-api-key` (its API's reference) and as a bearer (its SDK since version 1). */
const CREDENTIAL = /^(?:authorization|x-api-key)$/;
/** A signature covers the time: it is checked by itself. */
const SIGNATURE = /^(?:authorization|x-amz-date|x-amz-content-sha256)$/;

const AWS = {
  accessKeyId: 'AKIASIMULATED0000000',
  secretAccessKey: 'simulated/secret+0123456789abcdefghijklmn',
};
const HELLO = { role: 'user', content: 'Grüße, "Claude"' } as const;
const TOKEN = 'ya29.simulated-access-token';
/** ai.google.dev/api/generate-content#generatecontentresponse */
const GEMINI_ANSWER = {
  candidates: [{ content: { role: 'model', parts: [{ text: 'Grüße' }] }, finishReason: 'STOP', index: 0 }],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
  modelVersion: 'gemini-2.5-flash',
};

/**
 * The provider's own SDK speaks to a recorder; a plain SDK speaks to the router, which speaks to the same recorder:
 * what arrives must be the same.
 */
describe('the same call through the router and by the own SDK of', () => {
  let router: RouterFixture;
  let recorder: ScriptedUpstream;
  let openai: OpenAI;
  let anthropic: Anthropic;

  before(async () => {
    router = await RouterFixture.start();
    recorder = await ScriptedUpstream.start();
    const client = { apiKey: router.token, maxRetries: 0 };
    openai = new OpenAI({ ...client, baseURL: `${router.daemon.url}/v1` });
    anthropic = new Anthropic({ ...client, baseURL: router.daemon.url });
  });
  after(async () => {
    await router.stop();
    await recorder.stop();
  });

  async function provider(id: string, kind: string, more: object = {}): Promise<void> {
    await router.daemon.api('POST', '/providers', { id, kind, baseUrl: recorder.url, ...more });
  }

  async function key(providerId: string, secret: string): Promise<void> {
    await router.daemon.api('POST', '/keys', { providerId, name: `${providerId} key`, secret });
  }

  /** What the recorder received of each of two calls. */
  async function compare(
    bySdk: () => Promise<unknown>,
    byRouter: () => Promise<unknown>,
    apart: RegExp = NOTHING,
  ): Promise<readonly [ReceivedRequest, ReceivedRequest]> {
    const first = await lastOf(bySdk);
    const second = await lastOf(byRouter);
    assert.equal(second.method, first.method);
    assert.equal(second.url, first.url);
    assert.equal(second.body.toString(), first.body.toString());
    if (apart !== SIGNATURE)
      assert.equal(second.key ?? second.headers['api-key'], first.key ?? first.headers['api-key']);
    assert.deepEqual(telling(second, apart), telling(first, apart));
    return [first, second];
  }

  async function lastOf(call: () => Promise<unknown>): Promise<ReceivedRequest> {
    const before = recorder.requests.length;
    await call();
    const received = recorder.requests.slice(before).filter(({ path }) => path !== '/token');
    assert.equal(received.length, 1);
    return received[0] as ReceivedRequest;
  }

  it('OpenAI', async () => {
    recorder.on({ path: '/v1/models' }, modelListing(['gpt-5']));
    recorder.on({ path: '/v1/chat/completions' }, openaiChat());
    recorder.on({ path: '/v1/responses' }, openaiResponses());
    await provider('own-openai', 'openai');
    await key('own-openai', 'sk-simulated-own-openai-0123456789');
    const own = new OpenAI({
      apiKey: 'sk-simulated-own-openai-0123456789',
      baseURL: `${recorder.url}/v1`,
      maxRetries: 0,
    });
    const model = 'own-openai/gpt-5';
    const chat = { max_completion_tokens: 9, messages: [HELLO] };
    await compare(
      () => own.chat.completions.create({ model: 'gpt-5', ...chat }),
      () => openai.chat.completions.create({ model, ...chat }),
    );
    const response = { max_output_tokens: 9, input: 'Grüße' };
    await compare(
      () => own.responses.create({ model: 'gpt-5', ...response }),
      () => openai.responses.create({ model, ...response }),
    );
  });

  it('Anthropic, with betas', async () => {
    recorder.on({ path: '/v1/models' }, modelListing(['claude-sonnet-4-5-20250929']));
    recorder.on({ path: '/v1/messages' }, anthropicMessages());
    await provider('own-anthropic', 'anthropic');
    const secret = 'sk-ant-api03-simulated-own-0123456789';
    await key('own-anthropic', secret);
    const own = new Anthropic({ apiKey: secret, baseURL: recorder.url, maxRetries: 0 });
    const ask = { max_tokens: 9, messages: [HELLO], betas: ['context-1m-2025-08-07'] };
    await compare(
      () => own.beta.messages.create({ model: 'claude-sonnet-4-5', ...ask }),
      () => anthropic.beta.messages.create({ model: 'own-anthropic/claude-sonnet-4-5', ...ask }),
      CREDENTIAL,
    );
  });

  describe('Azure OpenAI', () => {
    const secret = '0123456789abcdef0123456789abcdef';

    it('in the form with versions: chat, embeddings, responses', async () => {
      const apiVersion = '2024-10-21';
      const settings = { apiVersion, models: { 'gpt-4o': 'my-deployment', 'gpt-5': 'other' } };
      recorder.on({ path: '/openai/models' }, modelListing(['gpt-4o', 'gpt-35-turbo']));
      recorder.on({ path: '/openai/deployments/my-deployment/chat/completions' }, openaiChat());
      recorder.on({ path: '/openai/deployments/my-deployment/embeddings' }, openaiEmbeddings());
      recorder.on({ path: '/openai/responses' }, openaiResponses());
      await provider('azure-classic', 'azure', { settings });
      await key('azure-classic', secret);
      const own = new AzureOpenAI({ apiKey: secret, endpoint: recorder.url, apiVersion, maxRetries: 0 });
      const model = 'azure-classic/gpt-4o';
      const deployment = 'my-deployment';
      const chat = {
        max_tokens: 9,
        stream: true as const,
        stream_options: { include_usage: true },
        messages: [HELLO],
      };
      await compare(
        async () => drain(await own.chat.completions.create({ model: deployment, ...chat })),
        async () => drain(await openai.chat.completions.create({ model, ...chat })),
      );
      await compare(
        () => own.embeddings.create({ model: deployment, input: 'Grüße' }),
        () => openai.embeddings.create({ model, input: 'Grüße' }),
      );
      await compare(
        () => own.responses.create({ model: deployment, input: 'Grüße' }),
        () => openai.responses.create({ model, input: 'Grüße' }),
      );
    });

    it('in the form without', async () => {
      recorder.on({ path: '/openai/v1/models' }, modelListing(['gpt-4o']));
      recorder.on({ path: '/openai/v1/chat/completions' }, openaiChat());
      await provider('azure-v1', 'azure', { baseUrl: `${recorder.url}/openai/v1/` });
      await key('azure-v1', `${secret}ef`);
      // Microsoft's documentation has OpenAI's client for it; its own header says the same as a bearer.
      const own = new OpenAI({
        apiKey: 'unused',
        baseURL: `${recorder.url}/openai/v1`,
        defaultHeaders: { authorization: null, 'api-key': `${secret}ef` },
        maxRetries: 0,
      });
      const chat = { max_tokens: 9, messages: [HELLO] };
      await compare(
        () => own.chat.completions.create({ model: 'my-deployment', ...chat }),
        () => openai.chat.completions.create({ model: 'azure-v1/my-deployment', ...chat }),
      );
    });
  });

  describe('AWS Bedrock', () => {
    const PROFILE = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
    const LISTING = {
      inferenceProfileSummaries: [
        { inferenceProfileId: 'global.anthropic.claude-sonnet-4-5-20250929-v1:0', status: 'ACTIVE' },
        { inferenceProfileId: PROFILE, status: 'ACTIVE' },
      ],
    };
    const ask = { max_tokens: 9, messages: [HELLO] };

    before(async () => {
      recorder.on({ path: '/inference-profiles' }, jsonReply(200, LISTING));
      recorder.on({ path: `/model/${PROFILE}/invoke` }, anthropicMessages());
      recorder.on({ path: `/model/${PROFILE}/invoke-with-response-stream` }, bedrockStream(CLAUDE_EVENTS));
      await provider('bedrock-signed', 'bedrock', { settings: { region: 'eu-central-1' } });
      await provider('bedrock-bearer', 'bedrock', { settings: { region: 'eu-central-1' } });
      await key('bedrock-signed', `${AWS.accessKeyId}:${AWS.secretAccessKey}:simulated-session`);
      await key('bedrock-bearer', 'ABSKsimulated0123456789abcdefghijklmnop');
    });

    const own = (more: object): AnthropicBedrock =>
      new AnthropicBedrock({ awsRegion: 'eu-central-1', baseURL: recorder.url, maxRetries: 0, ...more });

    it('signs the listing of models', () => {
      const listing = recorder.requests.find(
        ({ path, headers }) => path === '/inference-profiles' && headers['x-amz-date'] !== undefined,
      );
      assert.ok(listing && isSignedBy(listing, AWS.secretAccessKey));
      assert.equal(listing.url, '/inference-profiles?maxResults=1000');
    });

    it('signed, by the name that Anthropic gives the model', async () => {
      const signing = own({
        awsAccessKey: AWS.accessKeyId,
        awsSecretKey: AWS.secretAccessKey,
        awsSessionToken: 'simulated-session',
      });
      const requests = await compare(
        () => signing.messages.create({ model: PROFILE, ...ask }),
        () => anthropic.messages.create({ model: 'bedrock-signed/claude-sonnet-4-5', ...ask }),
        SIGNATURE,
      );
      for (const request of requests) {
        assert.ok(isSignedBy(request, AWS.secretAccessKey));
        assert.match(request.headers.authorization ?? '', /\/eu-central-1\/bedrock\/aws4_request/);
      }
    });

    it('streaming, as the events of Anthropic itself', async () => {
      const signing = own({ apiKey: 'ABSKsimulated0123456789abcdefghijklmnop' });
      const texts: string[] = [];
      const read = async (stream: { finalMessage(): Promise<Anthropic.Message> }): Promise<void> => {
        const message = await stream.finalMessage();
        assert.deepEqual(message.usage.output_tokens, 7);
        texts.push(message.content.map((block) => (block.type === 'text' ? block.text : '')).join(''));
      };
      await compare(
        () => read(signing.messages.stream({ model: PROFILE, ...ask })),
        () => read(anthropic.messages.stream({ model: `bedrock-bearer/${PROFILE}`, ...ask })),
      );
      assert.deepEqual(texts, ['Grüße aus Bedrock', 'Grüße aus Bedrock']);
    });

    it('with betas, which are in the body there', async () => {
      const options = {
        headers: { 'anthropic-beta': 'context-1m-2025-08-07, interleaved-thinking-2025-05-14' },
      };
      await compare(
        () =>
          own({ apiKey: 'ABSKsimulated0123456789abcdefghijklmnop' }).messages.create(
            { model: PROFILE, ...ask },
            options,
          ),
        () => anthropic.messages.create({ model: `bedrock-bearer/${PROFILE}`, ...ask }, options),
      );
    });

    it('fails over when the stream begins with an exception, and ends it with an error after content', async () => {
      const throttled = eventStreamMessage(
        {
          ':exception-type': 'throttlingException',
          ':content-type': 'application/json',
          ':message-type': 'exception',
        },
        JSON.stringify({ message: 'Too many requests, please wait before trying again.' }),
      );
      const path = `/model/${PROFILE}/invoke-with-response-stream`;
      recorder.on(
        { path },
        bedrockStream(CLAUDE_EVENTS.slice(0, 1), throttled),
        bedrockStream(CLAUDE_EVENTS.slice(0, 4), throttled),
      );
      const body = { model: PROFILE, stream: true, ...ask };
      const answer = await router.post('/v1/messages', body);
      const text = await answer.text();
      assert.ok(text.includes('aus Bedrock'));
      assert.ok(text.endsWith('Too many requests, please wait before trying again."}}\n\n'));
      const trace = await router.trace(answer.headers.get('x-request-id') ?? '');
      assert.deepEqual(
        trace.attempts.map(({ failure }) => failure?.class),
        ['rate_limited', 'rate_limited'],
      );
      assert.equal(trace.outcome, 'failed');
    });
  });

  it('Google, for Gemini', async () => {
    const models = '/v1beta/models';
    const listing = {
      models: [{ name: 'models/gemini-2.5-flash' }, { name: 'models/gemini-embedding-001' }],
    };
    recorder.on({ path: models }, jsonReply(200, listing));
    recorder.on({ path: `${models}/gemini-2.5-flash:generateContent` }, jsonReply(200, GEMINI_ANSWER));
    recorder.on(
      { path: `${models}/gemini-2.5-flash:streamGenerateContent` },
      {
        status: 200,
        headers: { 'content-type': 'text/event-stream' },
        steps: [write(`data: ${JSON.stringify(GEMINI_ANSWER)}\r\n\r\n`)],
      },
    );
    recorder.on({ path: `${models}/gemini-2.5-flash:countTokens` }, jsonReply(200, { totalTokens: 3 }));
    recorder.on(
      { path: `${models}/gemini-embedding-001:batchEmbedContents` },
      jsonReply(200, { embeddings: [{ values: [0.5, 0.25] }] }),
    );
    await provider('gemini', 'google');
    await key('gemini', 'AIzaSyD-simulated-0123456789abcdefghijk');
    const client = (apiKey: string, baseUrl: string): GoogleGenAI =>
      new GoogleGenAI({ apiKey, apiVersion: 'v1beta', httpOptions: { baseUrl } });
    const own = client('AIzaSyD-simulated-0123456789abcdefghijk', recorder.url);
    const routed = client(router.token, router.daemon.url);
    const model = 'gemini-2.5-flash';
    const ask = {
      model,
      contents: 'Grüße',
      config: { maxOutputTokens: 9, systemInstruction: 'Be kind.', thinkingConfig: { thinkingBudget: 0 } },
    };
    await compare(
      () => own.models.generateContent(ask),
      () => routed.models.generateContent(ask),
    );
    await compare(
      async () => drain(await own.models.generateContentStream(ask)),
      async () => drain(await routed.models.generateContentStream(ask)),
    );
    await compare(
      () => own.models.countTokens({ model, contents: 'Grüße' }),
      () => routed.models.countTokens({ model, contents: 'Grüße' }),
    );
    const embed = { model: 'gemini-embedding-001', contents: ['eins', 'zwei'] };
    await compare(
      () => own.models.embedContent(embed),
      () => routed.models.embedContent(embed),
    );
  });

  describe('Google Vertex', () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const ask = { max_tokens: 9, messages: [HELLO] };
    const place = '/v1/projects/my-project/locations/us-east5';
    const models = `${place}/publishers/anthropic/models`;
    let vertex: AnthropicVertex;

    before(async () => {
      recorder.on(
        { path: '/token' },
        jsonReply(200, { access_token: TOKEN, expires_in: 3599, token_type: 'Bearer' }),
      );
      recorder.on({ path: '/v1beta1/publishers/google/models' }, jsonReply(200, { publisherModels: [] }));
      for (const method of ['rawPredict', 'streamRawPredict']) {
        recorder.on({ path: `${models}/claude-sonnet-4-5@20250929:${method}` }, anthropicMessages());
      }
      recorder.on({ path: `${models}/count-tokens:rawPredict` }, jsonReply(200, { input_tokens: 12 }));
      await provider('vertex-test', 'vertex', { baseUrl: `${recorder.url}${place}` });
      const file = {
        type: 'service_account',
        project_id: 'my-project',
        private_key_id: '0123456789abcdef',
        private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
        client_email: 'router@my-project.iam.gserviceaccount.com',
        token_uri: `${recorder.url}/token`,
      };
      await key('vertex-test', JSON.stringify(file, null, 2));
      // Its class wants more methods than this client calls.
      const authClient = {
        projectId: 'my-project',
        getRequestHeaders: () => Promise.resolve(new Headers({ authorization: `Bearer ${TOKEN}` })),
      } as unknown as NonNullable<ConstructorParameters<typeof AnthropicVertex>[0]>['authClient'];
      vertex = new AnthropicVertex({
        ...(authClient ? { authClient } : {}),
        region: 'us-east5',
        projectId: 'my-project',
        baseURL: `${recorder.url}/v1`,
        maxRetries: 0,
      });
    });

    it('asks for one token with a signed assertion, and keeps it', async () => {
      for (let count = 0; count < 3; count++) {
        await anthropic.messages.create({ model: 'vertex-test/claude-sonnet-4-5-20250929', ...ask });
      }
      const exchanges = recorder.requests.filter(({ path }) => path === '/token');
      assert.equal(exchanges.length, 1);
      const form = new URLSearchParams(exchanges[0]?.body.toString());
      assert.equal(form.get('grant_type'), 'urn:ietf:params:oauth:grant-type:jwt-bearer');
      const [head = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
      assert.ok(
        verify(
          'RSA-SHA256',
          Buffer.from(`${head}.${claims}`),
          publicKey,
          Buffer.from(signature, 'base64url'),
        ),
      );
      const said = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>;
      assert.equal(said['iss'], 'router@my-project.iam.gserviceaccount.com');
      assert.equal(said['scope'], 'https://www.googleapis.com/auth/cloud-platform');
      assert.equal(said['aud'], `${recorder.url}/token`);
      assert.equal(Number(said['exp']) - Number(said['iat']), 3600);
    });

    it('messages, streamed or not', async () => {
      const model = 'claude-sonnet-4-5@20250929';
      const routed = 'vertex-test/claude-sonnet-4-5-20250929';
      await compare(
        () => vertex.messages.create({ model, ...ask }),
        () => anthropic.messages.create({ model: routed, ...ask }),
      );
      await compare(
        async () => drain(await vertex.messages.create({ model, ...ask, stream: true })),
        async () => drain(await anthropic.messages.create({ model: routed, ...ask, stream: true })),
      );
    });

    it('counting tokens', async () => {
      await compare(
        () => vertex.messages.countTokens({ model: 'claude-sonnet-4-5@20250929', messages: [HELLO] }),
        () =>
          anthropic.messages.countTokens({
            model: 'vertex-test/claude-sonnet-4-5-20250929',
            messages: [HELLO],
          }),
      );
    });
  });
});

/** The headers that say something to a provider. */
function telling({ headers }: ReceivedRequest, apart: RegExp): readonly (readonly [string, unknown])[] {
  return Object.entries(headers)
    .filter(([name]) => !INCIDENTAL.test(name) && !apart.test(name))
    .sort(([a], [b]) => a.localeCompare(b));
}

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}
