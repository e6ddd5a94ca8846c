import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import type net from 'node:net';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { proxyFromEnvironment } from '../../../../server/adapters/undici/proxy-choice.ts';
import { trustedAuthorities } from '../../../../server/adapters/undici/trusted-authorities.ts';
import {
  UndiciUpstream,
  type UndiciUpstreamOptions,
} from '../../../../server/adapters/undici/undici-upstream.ts';
import { fetchAnswer } from '../../../../server/core/fetch-answer.ts';
import { ConnectProxy } from '../../../support/connect-proxy.ts';
import { freePort } from '../../../support/free-port.ts';
import { OWN_AUTHORITY } from '../../../support/own-authority.ts';
import { createTempFolder } from '../../../support/temp-folder.ts';

describe('the choice of a proxy', () => {
  const env = {
    HTTPS_PROXY: 'http://secure.test:3128',
    http_proxy: 'plain.test:8080',
    HTTP_PROXY: 'http://ignored.test',
    NO_PROXY: 'inside.test, .below.test,*.star.test ports.test:8443 10.0.0.7',
  };
  for (const [origin, expected] of [
    ['https://api.openai.com', 'http://secure.test:3128'],
    ['http://api.openai.com', 'http://plain.test:8080'],
    ['https://inside.test', null],
    ['https://api.inside.test', null],
    ['https://notinside.test', 'http://secure.test:3128'],
    ['https://api.below.test', null],
    ['https://api.star.test', null],
    ['https://ports.test:8443', null],
    ['https://ports.test', 'http://secure.test:3128'],
    ['https://10.0.0.7', null],
    // This machine means itself, not the proxy.
    ['http://localhost:11434', null],
    ['http://127.0.0.1:8000', null],
    ['http://[::1]:8000', null],
  ] as const) {
    it(`is ${expected ?? 'none'} for ${origin}`, () =>
      assert.equal(proxyFromEnvironment(env)(origin), expected));
  }

  it('is none where NO_PROXY is a star, and where there is no environment', () => {
    assert.equal(proxyFromEnvironment({ ...env, NO_PROXY: '*' })('https://api.openai.com'), null);
    assert.equal(proxyFromEnvironment({})('https://api.openai.com'), null);
  });

  it('takes ALL_PROXY for what has none of its own', () => {
    assert.equal(
      proxyFromEnvironment({ ALL_PROXY: 'socks5://all.test:1080' })('https://api.openai.com'),
      'socks5://all.test:1080',
    );
  });

  it('says which variable is no address', () => {
    assert.throws(
      () => proxyFromEnvironment({ HTTPS_PROXY: 'http://' }),
      /^Error: HTTPS_PROXY is no address of a proxy\. It looks like/,
    );
  });
});

describe('UndiciUpstream behind a proxy', function () {
  this.timeout(10_000);
  const cleanup: (() => Promise<unknown> | void)[] = [];
  const ORIGIN = 'https://provider.test';
  let port: number;

  /** Sockets that the provider accepted. */
  let connections: number;

  beforeEach(async () => {
    connections = 0;
    const server = https.createServer(OWN_AUTHORITY, (request, response) => {
      response.end(`${request.headers.host}${request.url}`);
    });
    server.on('connection', () => connections++);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanup.push(() => {
      server.closeAllConnections();
      server.close();
    });
    ({ port } = server.address() as net.AddressInfo);
  });
  afterEach(async () => {
    for (const step of cleanup.splice(0).reverse()) await step();
  });

  async function proxy(
    behaviour: Partial<Parameters<typeof ConnectProxy.start>[0]> = {},
  ): Promise<ConnectProxy> {
    const started = await ConnectProxy.start({ hosts: { 'provider.test': port }, ...behaviour });
    cleanup.push(() => started.stop());
    return started;
  }

  function upstream(options: UndiciUpstreamOptions = {}): UndiciUpstream {
    const made = new UndiciUpstream({ authorities: [OWN_AUTHORITY.authority], ...options });
    cleanup.push(() => made.close());
    return made;
  }

  async function get(by: UndiciUpstream, origin = ORIGIN, through?: string): Promise<string> {
    const answer = await fetchAnswer(
      by,
      {
        method: 'GET',
        origin,
        path: '/v1/models',
        headers: {},
        body: null,
        headTimeoutMs: 5000,
        idleTimeoutMs: 5000,
        ...(through === undefined ? {} : { proxy: through }),
      },
      10_000,
    );
    // The connection is free for the next request a moment after undici has reported the end.
    await setImmediate();
    return answer.ok
      ? `${answer.status} ${answer.text}`
      : `${answer.failure.code}: ${answer.failure.message}`;
  }

  it('goes through it, whose name server knows the host, and keeps the tunnel', async () => {
    const one = await proxy();
    const by = upstream({ proxyFor: proxyFromEnvironment({ HTTPS_PROXY: one.url }) });
    assert.equal(await get(by), '200 provider.test/v1/models');
    assert.equal(await get(by), '200 provider.test/v1/models');
    assert.deepEqual(one.asked, ['provider.test:443']);
    assert.equal(connections, 1);
  });

  it('resumes the TLS session of a connection that was closed', async () => {
    const resumed: boolean[] = [];
    const closing = https.createServer({ ...OWN_AUTHORITY, keepAlive: false }, (_request, response) => {
      response.setHeader('connection', 'close').end();
    });
    closing.on('secureConnection', (socket) => resumed.push(socket.isSessionReused()));
    closing.listen(0, '127.0.0.1');
    await once(closing, 'listening');
    cleanup.push(() => void closing.close());
    const one = await proxy({ hosts: { 'provider.test': (closing.address() as net.AddressInfo).port } });
    const by = upstream({ proxyFor: () => one.url });
    await get(by);
    await get(by);
    assert.deepEqual(resumed, [false, true]);
  });

  it('tunnels plain HTTP too, so that no proxy sees a key', async () => {
    const plain = http.createServer((request, response) => void response.end(request.url));
    plain.listen(0, '127.0.0.1');
    await once(plain, 'listening');
    cleanup.push(() => void plain.close());
    const one = await proxy({ hosts: { 'plain.test': (plain.address() as net.AddressInfo).port } });
    assert.equal(await get(upstream(), 'http://plain.test', one.url), '200 /v1/models');
    assert.deepEqual(one.asked, ['plain.test:80']);
  });

  it('tells it who asks', async () => {
    const one = await proxy({ credentials: 'ann:s%40cret' });
    const known = upstream({ proxyFor: () => `http://ann:s%2540cret@${one.host}` });
    assert.equal(await get(known), '200 provider.test/v1/models');
    assert.equal(
      await get(upstream({ proxyFor: () => `http://${one.host}` })),
      `proxy: The proxy ${one.host} asks who you are (407). Put your name there into its address: http://user:password@host:port.`,
    );
  });

  it('takes the proxy that a request names, and keeps it apart from the usual one', async () => {
    const [usual, own] = [await proxy(), await proxy()];
    const by = upstream({ proxyFor: () => usual.url });
    await get(by);
    await get(by, ORIGIN, own.url);
    await get(by, ORIGIN, own.url);
    assert.deepEqual([usual.asked.length, own.asked.length], [1, 1]);
  });

  it('says that the proxy refused, which one and for whom', async () => {
    const one = await proxy({ refuses: 403, credentials: 'ann:secret' });
    const said = await get(upstream({ proxyFor: () => one.url }));
    assert.equal(
      said,
      `proxy: The proxy ${one.host} made no connection to provider.test (it answered 403). Check HTTPS_PROXY, VS Code's "http.proxy" or the proxy of the key; NO_PROXY names hosts that need none.`,
    );
  });

  it('says that the proxy is not there', async () => {
    const nobody = `127.0.0.1:${await freePort()}`;
    assert.match(
      await get(upstream({ proxyFor: () => `http://${nobody}` })),
      new RegExp(`^proxy: The proxy ${nobody} made no connection to provider\\.test \\(ECONNREFUSED\\)\\.`),
    );
    assert.match(
      await get(upstream({ proxyFor: () => 'http://no-such-proxy.invalid:3128' })),
      /^proxy: The proxy no-such-proxy\.invalid:3128 made no connection to provider\.test \((?:ENOTFOUND|EAI_AGAIN)\)\./,
    );
  });

  it('refuses a certificate of an unknown authority, and says where to name it', async () => {
    const one = await proxy();
    const said = await get(upstream({ authorities: null, proxyFor: () => one.url }));
    assert.match(
      said,
      /^tls: The certificate or TLS handshake of provider\.test was not accepted \(UNABLE_TO_/,
    );
    assert.match(said, /NODE_EXTRA_CA_CERTS or the setting "apikeyrouter\.caFile"\.$/);
  });

  it('trusts the authorities of a file beside those of the runtime', async () => {
    const folder = await createTempFolder();
    cleanup.push(() => folder.remove());
    const file = path.join(folder.path, 'authority.pem');
    await writeFile(file, OWN_AUTHORITY.authority);
    const authorities = trustedAuthorities(file);
    assert.ok(authorities && authorities.length > 100);
    const one = await proxy();
    assert.equal(
      await get(upstream({ authorities, proxyFor: () => one.url })),
      '200 provider.test/v1/models',
    );
    assert.equal(trustedAuthorities(null), null);
    assert.throws(
      () => trustedAuthorities(path.join(folder.path, 'none.pem')),
      /none\.pem can't be read \(ENOENT\)/,
    );
    await writeFile(file, 'no certificate');
    assert.throws(() => trustedAuthorities(file), /has no certificate in PEM form/);
  });

  it('says that a certificate is for another name', async () => {
    const one = await proxy({ hosts: { 'other.test': port } });
    assert.match(
      await get(upstream({ proxyFor: () => one.url }), 'https://other.test'),
      /^tls: .* of other\.test was not accepted \(ERR_TLS_CERT_ALTNAME_INVALID\)\. Its certificate is for another name: check the base URL\.$/,
    );
  });
});
