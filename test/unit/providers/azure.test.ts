import assert from 'node:assert/strict';
import { azureAdapter as azure } from '../../../server/providers/azure.ts';
import { providerRequest } from '../../support/provider-request.ts';

const NOW = Date.UTC(2026, 10, 24, 12);

describe('the Azure adapter', () => {
  const classic = { settings: { apiVersion: '2024-10-21' } };

  it('puts the deployment into the path of the classic form, except for Responses', () => {
    const path = (protocol: 'openai-chat' | 'openai-responses'): string =>
      azure.path(providerRequest({ ...classic, protocol, model: 'my deployment' }));
    assert.equal(
      path('openai-chat'),
      '/openai/deployments/my%20deployment/chat/completions?api-version=2024-10-21',
    );
    assert.equal(path('openai-responses'), '/openai/responses?api-version=2024-10-21');
  });

  it('takes the endpoint with and without its path', () => {
    for (const [baseUrl, expected] of [
      ['https://r.openai.azure.com', '/openai/v1/chat/completions'],
      ['https://r.openai.azure.com/openai', '/v1/chat/completions'],
    ] as const) {
      assert.equal(azure.path(providerRequest({ baseUrl, query: '?api-version=preview' })), expected);
    }
  });

  it('knows which deployments there are from nobody but its owner', () => {
    assert.equal(azure.readModels({ data: [{ id: 'gpt-4o' }] }), null);
    assert.equal(azure.servesByName('gpt-4o'), false);
  });

  it('tells a missing deployment from a wrong request', () => {
    // learn.microsoft.com/answers: the deployment for this resource does not exist.
    const body = JSON.stringify({
      error: { code: 'DeploymentNotFound', message: 'The API deployment for this resource does not exist.' },
    });
    assert.equal(azure.classify(404, {}, body, NOW).class, 'model_unavailable');
  });

  it('reads resets in whole seconds, and takes -1 for unknown', () => {
    const headers = {
      'x-ratelimit-limit-tokens': '30000',
      'x-ratelimit-remaining-tokens': '29000',
      'x-ratelimit-reset-tokens': '12',
      'x-ratelimit-limit-requests': '-1',
      'x-ratelimit-remaining-requests': '-1',
    };
    assert.deepEqual(azure.readLimits(headers, NOW), [
      { dimension: 'tokens', limit: 30_000, remaining: 29_000, resetAt: NOW + 12_000 },
    ]);
    assert.equal(azure.readRequestId({ 'apim-request-id': 'r1' }), 'r1');
  });
});
