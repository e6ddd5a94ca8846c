import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { openaiChat } from '../support/openai-answers.ts';
import { RouterFixture } from '../support/router-fixture.ts';

interface OpenaiError {
  readonly error: { readonly code: string; readonly message: string; readonly type: string };
}

describe('bad input', () => {
  let router: RouterFixture;

  before(async () => {
    router = await RouterFixture.start();
    await router.addKey('openai', 'openai');
    router.openai.on({ method: 'POST' }, openaiChat());
  });
  after(() => router.stop());
  afterEach(async () => {
    const answer = await router.post('/v1/chat/completions', CHAT);
    assert.equal(answer.status, 200, 'the daemon still serves');
    await answer.text();
  });

  async function refused(response: Response, status: number, code: string): Promise<string> {
    const body = (await response.json()) as OpenaiError;
    assert.equal(response.status, status, JSON.stringify(body));
    assert.equal(body.error.code, code);
    assert.ok(body.error.message.length > 20, 'it says what to do');
    return body.error.message;
  }

  for (const [name, body, code] of [
    ['malformed JSON', '{"model": "gpt-4o", "messages": [', 'malformed_json'],
    ['an empty body', '', 'malformed_json'],
    ['no UTF-8', '\ud800', 'malformed_json'],
    ['a JSON array', '[]', 'invalid_request'],
    ['a missing model', '{"messages": []}', 'missing_model'],
    ['a model that is no string', '{"model": 5, "messages": []}', 'missing_model'],
    [
      'a member given twice',
      '{"model": "gpt-4o-mini", "messages": [], "mod\\u0065l": "gpt-5"}',
      'duplicate_field',
    ],
  ] as const) {
    it(`refuses ${name} as 400 ${code}`, async () => {
      const raw = name === 'no UTF-8' ? new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]) : body;
      const response = await fetch(`${router.daemon.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${router.token}` },
        body: raw,
      });
      await refused(response, 400, code);
    });
  }

  it('answers an unknown model with what to do', async () => {
    const message = await refused(
      await router.post('/v1/chat/completions', { ...CHAT, model: 'nope-1' }),
      404,
      'no_key_for_model',
    );
    assert.match(message, /GET \/v1\/models/);
  });

  it("answers in Anthropic's dialect where the caller speaks it", async () => {
    const response = await router.post('/v1/messages', {
      model: 'claude-sonnet-4-5',
      max_tokens: 5,
      messages: [],
    });
    const body = (await response.json()) as { type: string; error: { type: string; code: string } };
    assert.equal(response.status, 404);
    assert.equal(body.type, 'error');
    assert.equal(body.error.type, 'not_found_error');
    assert.equal(body.error.code, 'no_key_for_model');
  });

  it('refuses a missing, a foreign and a revoked token before it reads the body', async () => {
    const url = `${router.daemon.url}/v1/chat/completions`;
    await refused(await fetch(url, { method: 'POST', body: '{' }), 401, 'token_missing');
    const foreign = await router.post('/v1/chat/completions', '{', { authorization: 'Bearer sk-something' });
    assert.match(await refused(foreign, 401, 'token_invalid'), /akr-/);
    const { virtualKey, token } = await router.daemon.api<{ virtualKey: { id: string }; token: string }>(
      'POST',
      '/virtual-keys',
      { name: 'short-lived' },
    );
    await router.daemon.api('DELETE', `/virtual-keys/${virtualKey.id}`);
    const revoked = await router.post('/v1/chat/completions', CHAT, { authorization: `Bearer ${token}` });
    await refused(revoked, 401, 'token_invalid');
  });

  it('refuses an unknown path and a wrong method', async () => {
    await refused(await router.post('/nonsense', CHAT), 404, 'path_unknown');
    const wrong = await fetch(`${router.daemon.url}/v1/chat/completions`);
    await refused(wrong, 405, 'method_not_allowed');
    assert.equal(wrong.headers.get('allow'), 'POST');
  });

  it('refuses a body of 200 MB at once, by its announced length', async () => {
    const started = Date.now();
    const answer = await rawRequest(router, [
      head(router, { 'content-length': String(200 * 1024 * 1024) }),
      'x'.repeat(1024 * 1024),
    ]);
    assert.match(answer, /^HTTP\/1\.1 413 /);
    assert.match(answer, /body_too_large/);
    assert.ok(Date.now() - started < 5_000);
  });

  it('refuses a chunked body that grows past the limit', async () => {
    const megabyte = `100000\r\n${'x'.repeat(1024 * 1024)}\r\n`;
    const answer = await rawRequest(router, [
      head(router, { 'transfer-encoding': 'chunked' }),
      ...Array.from({ length: 70 }, () => megabyte),
    ]);
    assert.match(answer, /^HTTP\/1\.1 413 /);
    assert.match(answer, /body_too_large/);
  });

  it('ends a connection whose head never comes to an end', async () => {
    const started = Date.now();
    const answer = await rawRequest(
      router,
      ['POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: '],
      500,
    );
    assert.match(answer, /^HTTP\/1\.1 408 /);
    assert.ok(Date.now() - started < 15_000);
  });

  for (const [what, host] of [
    ['a name that was rebound to this machine', 'evil.example'],
    ['a name that only begins like localhost', 'localhost.evil.example'],
    ['another port', '127.0.0.1:1'],
  ] as const) {
    it(`refuses ${what} as Host, on both planes`, async () => {
      for (const path of ['/v1/chat/completions', '/api/v1/keys']) {
        const answer = await rawRequest(router, [
          `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${router.token}\r\nX-API-Key: ${router.daemon.endpoint.managementToken}\r\nConnection: close\r\n\r\n`,
        ]);
        assert.match(answer, /^HTTP\/1\.1 403 /);
        assert.match(answer, /host_not_allowed/);
      }
    });
  }

  it('refuses web pages: any Origin, on both planes, and no CORS', async () => {
    for (const origin of ['https://evil.example', 'http://localhost', 'null']) {
      const proxy = await router.post('/v1/chat/completions', CHAT, { origin });
      await refused(proxy, 403, 'origin_not_allowed');
      assert.equal(proxy.headers.get('access-control-allow-origin'), null);
      const management = await fetch(`${router.daemon.url}/api/v1/keys`, {
        headers: { origin, 'x-api-key': router.daemon.endpoint.managementToken },
      });
      await refused(management, 403, 'origin_not_allowed');
    }
  });

  it('refuses a management call without its token, and unknown members in its bodies', async () => {
    await refused(await fetch(`${router.daemon.url}/api/v1/keys`), 401, 'token_missing');
    const virtual = await fetch(`${router.daemon.url}/api/v1/keys`, {
      headers: { 'x-api-key': router.token },
    });
    await refused(virtual, 401, 'token_invalid');
    await assert.rejects(
      router.daemon.api('POST', '/virtual-keys', { name: 'x', limitUSD: 5 }),
      /400.*invalid_request.*limitUSD/,
    );
  });

  it('answers bytes that are no HTTP, and two lengths, with 400', async () => {
    assert.match(
      await rawRequest(router, ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n']),
      /^HTTP\/1\.1 400 /,
    );
    const smuggled = head(router, { 'content-length': '5', 'transfer-encoding': 'chunked' });
    assert.match(await rawRequest(router, [`${smuggled}0\r\n\r\n`]), /^HTTP\/1\.1 400 /);
  });
});

const CHAT = { model: 'gpt-4o', max_tokens: 5, messages: [{ role: 'user', content: 'ping' }] };

function head(router: RouterFixture, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${router.token}\r\n${lines.join('')}\r\n`;
}

/** Sends bytes as they are and returns all that comes back until the connection ends; `dripMs` adds a byte a time. */
async function rawRequest(
  router: RouterFixture,
  pieces: readonly string[],
  dripMs?: number,
): Promise<string> {
  const socket = net.connect(router.daemon.endpoint.port, '127.0.0.1');
  let received = '';
  socket.setEncoding('latin1').on('data', (text: string) => (received += text));
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  for (const piece of pieces) {
    if (received !== '' || socket.destroyed) break;
    await new Promise<void>((resolve) => socket.write(piece, 'latin1', () => resolve()));
  }
  const drip = dripMs === undefined ? undefined : setInterval(() => socket.write('a'), dripMs);
  await closed;
  clearInterval(drip);
  return received;
}
