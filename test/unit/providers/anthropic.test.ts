import assert from 'node:assert/strict';
import { providerRequest } from '../../support/provider-request.ts';
import { anthropicAdapter as anthropic } from '../../../server/providers/anthropic.ts';

const NOW = Date.UTC(2026, 10, 24, 12);

describe('the Anthropic adapter', () => {
  it('sends the key as x-api-key, with a version where the caller named none', () => {
    assert.deepEqual(anthropic.authHeaders('sk-ant-api03-x', null), { 'x-api-key': 'sk-ant-api03-x' });
    assert.deepEqual(anthropic.defaultHeaders, { 'anthropic-version': '2023-06-01' });
  });

  it('speaks Messages and its token counting, and passes on what else its API has', () => {
    assert.equal(
      anthropic.path(providerRequest({ protocol: 'anthropic-messages', query: '?beta=true' })),
      '/v1/messages?beta=true',
    );
    assert.equal(
      anthropic.path(providerRequest({ protocol: 'anthropic-count-tokens' })),
      '/v1/messages/count_tokens',
    );
    assert.equal(
      anthropic.path(providerRequest({ protocol: 'anthropic-other', target: '/files', query: '?x=1' })),
      '/v1/files?x=1',
    );
    assert.deepEqual(
      [...anthropic.protocols],
      ['anthropic-messages', 'anthropic-count-tokens', 'anthropic-other'],
    );
  });

  for (const [model, family] of [
    // One limit for a class and its major version (platform.claude.com/docs/en/api/rate-limits).
    ['claude-sonnet-4-20250514', 'claude-sonnet-4'],
    ['claude-sonnet-4-5', 'claude-sonnet-4'],
    ['claude-sonnet-4-5-20250929', 'claude-sonnet-4'],
    ['claude-opus-4-1-20250805', 'claude-opus-4'],
    ['claude-opus-4-6', 'claude-opus-4'],
    ['claude-haiku-4-5-20251001', 'claude-haiku-4'],
    ['claude-fable-5-1', 'claude-fable-5'],
    ['claude-3-5-sonnet-20241022', 'claude-3-5-sonnet'],
    ['claude-3-haiku-20240307', 'claude-3-haiku'],
    ['something-else', 'something-else'],
  ] as const) {
    it(`counts ${model} on the limit of ${family}`, () => assert.equal(anthropic.family(model), family));
  }

  it('takes models of its own name for its own', () => {
    assert.equal(anthropic.servesByName('claude-sonnet-4-5'), true);
    assert.equal(anthropic.servesByName('gpt-4o'), false);
    assert.equal(anthropic.servesByName('anthropic/claude-sonnet-4-5'), false);
  });

  it('reads the four limits, their resets being RFC 3339 times', () => {
    // rdrr.io/cran/tidyllm: a recorded answer of api.anthropic.com.
    const found = anthropic.readLimits(
      {
        'anthropic-ratelimit-requests-limit': '4000',
        'anthropic-ratelimit-requests-remaining': '3999',
        'anthropic-ratelimit-requests-reset': '2026-11-24T12:00:30Z',
        'anthropic-ratelimit-tokens-limit': '480000',
        'anthropic-ratelimit-tokens-remaining': '480000',
        'anthropic-ratelimit-tokens-reset': '2026-11-24T12:00:00Z',
        'anthropic-ratelimit-input-tokens-limit': '400000',
        'anthropic-ratelimit-input-tokens-remaining': '0',
        'anthropic-ratelimit-input-tokens-reset': '2026-11-24T12:01:00Z',
        'anthropic-ratelimit-output-tokens-limit': '80000',
        'anthropic-ratelimit-output-tokens-remaining': '79000',
      },
      NOW,
    );
    assert.deepEqual(found, [
      { dimension: 'requests', limit: 4000, remaining: 3999, resetAt: NOW + 30_000 },
      { dimension: 'tokens', limit: 480_000, remaining: 480_000, resetAt: NOW },
      { dimension: 'input_tokens', limit: 400_000, remaining: 0, resetAt: NOW + 60_000 },
      { dimension: 'output_tokens', limit: 80_000, remaining: 79_000, resetAt: null },
    ]);
  });

  it('reads the account and the request id', () => {
    const headers = { 'anthropic-organization-id': 'a1b2', 'request-id': 'req_011' };
    assert.equal(anthropic.readAccount(headers), 'a1b2');
    assert.equal(anthropic.readRequestId(headers), 'req_011');
    assert.equal(anthropic.readAccount({}), null);
    assert.equal(anthropic.readRequestId({}), null);
  });

  it('reads the model listing', () => {
    // platform.claude.com/docs/en/api/models-list
    const listing = {
      data: [{ type: 'model', id: 'claude-sonnet-4-5-20250929' }, { id: 5 }, null],
      has_more: false,
    };
    assert.deepEqual(anthropic.readModels(listing), ['claude-sonnet-4-5-20250929']);
    for (const other of [null, [], {}, { data: {} }, 'x']) assert.equal(anthropic.readModels(other), null);
  });
});
