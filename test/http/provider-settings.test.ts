import assert from 'node:assert/strict';
import type { KeyView, ProviderView } from '../../shared/model/views.ts';
import { modelListing, openaiChat } from '../support/openai-answers.ts';
import { RouterFixture } from '../support/router-fixture.ts';
import { jsonReply } from '../support/script.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';

const ASK = { stream: true, max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] };

describe('what is told of a provider', () => {
  let router: RouterFixture;
  let server: ScriptedUpstream;

  before(async () => {
    router = await RouterFixture.start();
    server = await ScriptedUpstream.start();
  });
  after(async () => {
    await router.stop();
    await server.stop();
  });

  function provider(id: string, settings: object, kind = 'openai-compatible'): Promise<ProviderView> {
    return router.daemon.api('POST', '/providers', { id, kind, baseUrl: server.url, settings });
  }

  function key(providerId: string, more: object = {}): Promise<KeyView> {
    const secret = `secret-of-${providerId}`;
    return router.daemon.api('POST', '/keys', { providerId, name: providerId, secret, ...more });
  }

  it('changes headers, paths, names of models and what streams are asked for', async () => {
    server.on({ path: '/models' }, modelListing(['their-name']));
    server.on({ path: '/chat/completions' }, openaiChat());
    await provider('told', {
      headers: { 'X-Gateway': 'team-7' },
      models: { ours: 'their-name' },
      version: '',
      streamUsage: 'unasked',
    });
    assert.equal((await key('told')).modelCount, 1);
    const answer = await router.post('/v1/chat/completions', { model: 'ours', ...ASK });
    await answer.text();
    assert.equal(answer.status, 200);
    const [listed, asked] = server.requests.slice(-2);
    assert.equal(listed?.headers['x-gateway'], 'team-7');
    assert.equal(asked?.headers['x-gateway'], 'team-7');
    assert.deepEqual(asked.json, { model: 'their-name', ...ASK });
    const trace = await router.trace(answer.headers.get('x-request-id') ?? '');
    assert.deepEqual(trace.edits, ['model ours sent as their-name']);
  });

  it('is kept when the provider is pointed elsewhere', async () => {
    await provider('moved', { version: '' });
    await router.daemon.api('POST', '/providers', {
      id: 'moved',
      kind: 'openai-compatible',
      baseUrl: `${server.url}/x`,
    });
    const { providers } = await router.daemon.api<{ providers: readonly ProviderView[] }>(
      'GET',
      '/providers',
    );
    assert.deepEqual(providers.find(({ id }) => id === 'moved')?.settings, { version: '' });
  });

  it('says in which protocols it is spoken to: others are translated, or refused', async () => {
    server.on({ path: '/v1/models' }, modelListing(['chat-only']));
    server.on({ path: '/v1/chat/completions' }, openaiChat());
    await provider('chats', { protocols: ['openai-chat'] });
    await key('chats');
    const answer = await router.post('/v1/responses', { model: 'chat-only', input: 'Hi' });
    assert.equal(answer.status, 200);
    assert.equal(server.requests.at(-1)?.path, '/v1/chat/completions');
    const embedding = await router.post('/v1/embeddings', { model: 'chat-only', input: 'Hi' });
    assert.equal(embedding.status, 404);
  });

  it('is refused where it makes no sense', async () => {
    await assert.rejects(provider('bad', { headers: { 'x y': '1' } }), /400/);
    await assert.rejects(provider('bad', { version: 'v1' }), /400/);
    await assert.rejects(provider('bad', { unknown: true }), /400/);
    await assert.rejects(
      router.daemon.api('POST', '/keys', { providerId: 'bedrock', name: 'b', secret: 'ABSK-x' }),
      /AWS Bedrock needs its base URL, which looks like https:\/\/bedrock-runtime\.\{region\}\.amazonaws\.com/,
    );
  });

  it('lets a cloud keep its listing from a key that is good', async () => {
    server.on(
      { path: '/inference-profiles' },
      {
        ...jsonReply(403, { message: 'User is not authorized to perform: bedrock:ListInferenceProfiles' }),
        headers: { 'content-type': 'application/json', 'x-amzn-errortype': 'AccessDeniedException' },
      },
    );
    const added = await key('cloud', { baseUrl: server.url, kind: 'bedrock' });
    assert.equal(added.modelCount, null);
    assert.equal(added.state, 'available');
  });
});
