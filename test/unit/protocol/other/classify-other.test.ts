import assert from 'node:assert/strict';
import { classifyOther } from '../../../../server/protocol/other/classify-other.ts';

const ANTHROPIC = { 'anthropic-version': '2023-06-01' };
const GOOGLE = { 'x-goog-api-key': 'akr-x' };

describe('any other path', () => {
  for (const [pathname, headers, protocol, path] of [
    ['/v1/files', {}, 'openai-other', '/files'],
    ['/v1/v1/files/file-abc', {}, 'openai-other', '/files/file-abc'],
    ['/files', {}, 'openai-other', '/files'],
    ['/v1/unheard/of', {}, 'openai-other', '/unheard/of'],
    ['/v1/fine_tuning/jobs/ft:gpt-4o:me::x', {}, 'openai-other', '/fine_tuning/jobs/ft:gpt-4o:me::x'],
    ['/v1/files', ANTHROPIC, 'anthropic-other', '/files'],
    ['/v1/messages/batches', {}, 'anthropic-other', '/messages/batches'],
    ['/messages/batches/msgbatch_1', {}, 'anthropic-other', '/messages/batches/msgbatch_1'],
    ['/v1beta/files/abc', {}, 'gemini-other', '/v1beta/files/abc'],
    ['/v1alpha/files/abc', ANTHROPIC, 'gemini-other', '/v1alpha/files/abc'],
    ['/v1/v1beta/files/abc', {}, 'gemini-other', '/v1beta/files/abc'],
    ['/v1/cachedContents', GOOGLE, 'gemini-other', '/v1/cachedContents'],
    ['/v1/v1/cachedContents', GOOGLE, 'gemini-other', '/v1/cachedContents'],
    ['/v1/models/imagen-4:predict', GOOGLE, 'gemini-other', '/v1/models/imagen-4:predict'],
  ] as const) {
    it(`${pathname} is ${path} of ${protocol}${Object.keys(headers).join('')}`, () => {
      const found = classifyOther('GET', pathname, '', headers);
      assert.ok(found.ok);
      assert.deepEqual([found.protocol, found.target.path], [protocol, path]);
    });
  }

  for (const pathname of [
    '/',
    '/v1',
    '/v1/',
    '/favicon.ico',
    '/v2/files',
    '/nonsense',
    '/V1/files',
    'http://127.0.0.1/v1/files',
    '/upload/v1beta/files',
    '/__proto__',
  ]) {
    it(`${pathname} is no provider's`, () => {
      const found = classifyOther('GET', pathname, '', {});
      assert.deepEqual(found.ok ? null : found.code, 'path_unknown');
    });
  }

  for (const pathname of [
    '/v1/files/..',
    '/v1/files/../organization',
    '/v1/./organization',
    '/v1/files/...',
    '/v1/files/%2e%2e/organization',
    '/v1/files/%2E./x',
    '/v1/files%2forganization',
    '/v1/files%5Corganization',
    '/v1/files\\..\\organization',
    '/v1/files/%252e%252e/organization',
    '/v1//organization',
    '/v1/files//content',
    '/v1/files/',
    '/v1/files/a%00b',
    '/v1/files/a%0d%0ab',
    '/v1/files/a b',
    '/v1/files/a\u0000b',
    '/v1/files/grüße',
    '/v1/files/%zz',
    '/v1/files/%ff',
    '/v1/files/a#b',
    '/v1/files/a%',
    '/v1/files/%7f',
  ]) {
    it(`${JSON.stringify(pathname)} is passed on to nobody`, () => {
      const found = classifyOther('GET', pathname, '', {});
      assert.ok(!found.ok);
      assert.equal(found.code, 'invalid_request');
    });
  }

  for (const [pathname, headers] of [
    ['/v1/organization/api_keys', {}],
    ['/v1/ORGANIZATION/users', {}],
    ['/v1/%6frganization/users', {}],
    ['/v1/organization;x/users', {}],
    ['/v1/organizations/me', ANTHROPIC],
    ['/v1/projects', {}],
    ['/v1/keys', {}],
    ['/v1/key', {}],
    ['/v1/auth/keys', {}],
    ['/v1/fine_tuning/checkpoints/ft-1/permissions', {}],
    ['/v1beta/tunedModels/x/permissions', {}],
    ['/v1beta/auth_tokens', {}],
    ['/v1/auth_tokens:create', GOOGLE],
    ['/v1/realtime', {}],
    ['/v1/realtime/client_secrets', {}],
    ['/v1/chatkit/sessions', {}],
    ['/v1/live/sessions', {}],
    ['/v1/webhook_endpoints', {}],
    ['/v1/vaults/v/credentials', ANTHROPIC],
    ['/v1/responses', { upgrade: 'websocket' }],
  ] as const) {
    it(`${pathname} ${Object.values(headers).join()} is forbidden`, () => {
      const found = classifyOther('POST', pathname, '', headers);
      assert.deepEqual(found.ok ? null : found.code, 'path_forbidden');
    });
  }

  it('takes any query of printable characters', () => {
    assert.ok(classifyOther('GET', '/v1/files', '?a=1&b=%2e%2e/&c="x"', {}).ok);
    for (const query of ['?a b', '?a=\u0001', '?a#b', '?ü']) {
      assert.ok(!classifyOther('GET', '/v1/files', query, {}).ok, query);
    }
  });

  it('knows what may be sent twice, and what costs something', () => {
    const of = (
      method: string,
      pathname: string,
      headers: Readonly<Record<string, string>> = {},
    ): unknown => {
      const found = classifyOther(method, pathname, '', headers);
      return found.ok ? [found.purpose.cost, found.target.repeatable] : found.code;
    };
    assert.deepEqual(of('GET', '/v1/anything'), ['free', true]);
    assert.deepEqual(of('DELETE', '/v1/files/file-1'), ['free', false]);
    assert.deepEqual(of('POST', '/v1/files'), ['free', false]);
    assert.deepEqual(of('POST', '/v1/moderations'), ['free', true]);
    assert.deepEqual(of('POST', '/v1/images/edits'), ['answer', true]);
    assert.deepEqual(of('POST', '/v1/audio/voices'), ['answer', false]);
    assert.deepEqual(of('POST', '/v1/responses/input_tokens'), ['free', true]);
    assert.deepEqual(of('POST', '/v1/batches'), ['deferred', false]);
    assert.deepEqual(of('POST', '/v1/batches/batch_1/cancel'), ['free', false]);
    assert.deepEqual(of('POST', '/v1/vector_stores'), ['answer', false]);
    assert.deepEqual(of('POST', '/v1/messages/batches'), ['deferred', false]);
    assert.deepEqual(of('POST', '/v1/files', ANTHROPIC), ['free', false]);
    assert.deepEqual(of('POST', '/v1beta/models/m:batchGenerateContent'), ['deferred', false]);
    assert.deepEqual(of('POST', '/v1beta/models/m:predict'), ['answer', true]);
    assert.equal(of('OPTIONS', '/v1/files'), 'method_not_allowed');
    assert.equal(of('CONNECT', '/v1/files'), 'method_not_allowed');
  });
});
