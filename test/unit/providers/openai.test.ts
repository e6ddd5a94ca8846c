import assert from 'node:assert/strict';
import {
  openaiAdapter as openai,
  openaiCompatibleAdapter as compatible,
} from '../../../server/providers/openai.ts';
import { providerRequest } from '../../support/provider-request.ts';

describe('the OpenAI adapter', () => {
  it('sends the key as a bearer', () => {
    assert.deepEqual(openai.authHeaders('sk-x', null), { authorization: 'Bearer sk-x' });
  });

  it('knows the path of each of its protocols', () => {
    assert.deepEqual(
      [...openai.protocols].map((protocol) => {
        const target = protocol === 'openai-other' ? { target: '/files' } : {};
        return openai.path(providerRequest({ protocol, query: '?x=1', ...target }));
      }),
      [
        '/v1/chat/completions?x=1',
        '/v1/completions?x=1',
        '/v1/responses?x=1',
        '/v1/embeddings?x=1',
        '/v1/files?x=1',
      ],
    );
    const settings = { version: '/v4' };
    const request = providerRequest({ protocol: 'openai-other', target: '/images/generations', settings });
    assert.equal(compatible.path(request), '/v4/images/generations');
  });

  for (const [model, family] of [
    ['gpt-4o-2024-08-06', 'gpt-4o'],
    ['gpt-4o', 'gpt-4o'],
    ['gpt-4o-mini-2024-07-18', 'gpt-4o-mini'],
    ['o3-20250416', 'o3'],
    ['gpt-4-0613', 'gpt-4-0613'],
    ['gpt-4-turbo', 'gpt-4-turbo'],
  ] as const) {
    it(`counts ${model} on the limit of ${family}`, () => assert.equal(openai.family(model), family));
  }

  it('takes models of its own names for its own', () => {
    for (const model of [
      'gpt-5',
      'o3',
      'o4-mini',
      'chatgpt-4o-latest',
      'text-embedding-3-small',
      'codex-mini',
    ]) {
      assert.equal(openai.servesByName(model), true, model);
    }
    assert.equal(openai.servesByName('ft:gpt-4o-mini-2024-07-18:org::id'), true);
    for (const model of ['claude-sonnet-4-5', 'omni', 'openai/gpt-5', 'llama-3', 'my-gpt-4']) {
      assert.equal(openai.servesByName(model), false, model);
    }
  });

  it('reads the account, a project within an organisation', () => {
    const account = (headers: Record<string, string>) => openai.readAccount(headers);
    assert.equal(account({ 'openai-organization': 'org', 'openai-project': 'proj_1' }), 'org/proj_1');
    assert.equal(account({ 'openai-organization': 'org' }), 'org');
    assert.equal(account({ 'openai-project': 'proj_1' }), null);
    assert.equal(openai.readRequestId({ 'x-request-id': 'req_1' }), 'req_1');
  });

  it('reads the model listing', () => {
    const listing = { object: 'list', data: [{ id: 'gpt-4o', object: 'model' }, { object: 'model' }] };
    assert.deepEqual(openai.readModels(listing), ['gpt-4o']);
    assert.equal(openai.readModels({ error: {} }), null);
  });
});

describe('the adapter of compatible servers', () => {
  it('takes no model for its own by name, and dates are a part of a name', () => {
    assert.equal(compatible.servesByName('gpt-4o'), false);
    assert.equal(compatible.family('qwen-2024-08-06'), 'qwen-2024-08-06');
  });
});
