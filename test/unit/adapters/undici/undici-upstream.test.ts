import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type {
  HeaderMap,
  UpstreamCall,
  UpstreamFailure,
  UpstreamRequest,
} from '../../../../server/core/ports/upstream.ts';
import { SELF_SIGNED } from '../../../support/self-signed.ts';
import { UndiciUpstream } from '../../../../server/adapters/undici/undici-upstream.ts';

/** Everything a call reported, and a promise for its last report. */
class Recording {
  status = 0;
  headers: HeaderMap = {};
  readonly chunks: Uint8Array[] = [];
  failure: UpstreamFailure | undefined;
  ended = false;
  accept: (chunk: Uint8Array) => boolean = () => true;
  readonly #head = Promise.withResolvers<void>();
  readonly #last = Promise.withResolvers<void>();
  readonly head = this.#head.promise;
  readonly last = this.#last.promise;

  onHead(status: number, headers: HeaderMap): void {
    this.status = status;
    this.headers = headers;
    this.#head.resolve();
  }
  onData(chunk: Uint8Array): boolean {
    this.chunks.push(chunk);
    return this.accept(chunk);
  }
  onEnd(): void {
    this.ended = true;
    this.#last.resolve();
  }
  onFailure(failure: UpstreamFailure): void {
    this.failure = failure;
    this.#last.resolve();
  }
  get text(): string {
    return Buffer.concat(this.chunks).toString();
  }
  get bytes(): number {
    return this.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }
}

describe('UndiciUpstream', function () {
  this.timeout(20_000);
  const cleanup: (() => void)[] = [];
  let upstream: UndiciUpstream;

  beforeEach(() => {
    upstream = new UndiciUpstream();
  });
  afterEach(async () => {
    for (const step of cleanup.splice(0)) step();
    await upstream.close();
  });

  async function serve(answer: http.RequestListener): Promise<string> {
    const server = http.createServer(answer);
    cleanup.push(() => {
      server.closeAllConnections();
      server.close();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`;
  }

  async function serveRaw(answer: (socket: net.Socket) => void): Promise<string> {
    const sockets = new Set<net.Socket>();
    const server = net.createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      answer(socket);
    });
    cleanup.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`;
  }

  function send(
    origin: string,
    changes: Partial<UpstreamRequest> = {},
  ): { seen: Recording; call: UpstreamCall } {
    const seen = new Recording();
    const request: UpstreamRequest = {
      method: 'POST',
      origin,
      path: '/v1/chat/completions?x=1',
      headers: { authorization: 'Bearer k', 'content-type': 'application/json' },
      body: Buffer.from('{"model":"m"}'),
      headTimeoutMs: 5000,
      idleTimeoutMs: 5000,
      ...changes,
    };
    return { seen, call: upstream.dispatch(request, seen) };
  }

  it('sends the request as given and reports head, body and end', async () => {
    let got = '';
    const origin = await serve((request, response) => {
      request.on('data', (chunk: Buffer) => (got += chunk.toString()));
      request.on('end', () => {
        got = `${request.method} ${request.url} ${request.headers.authorization} ${got}`;
        response.writeHead(201, { 'X-Request-Id': 'r1' }).end('hello');
      });
    });
    const { seen } = send(origin);
    await seen.last;
    assert.equal(got, 'POST /v1/chat/completions?x=1 Bearer k {"model":"m"}');
    assert.equal(seen.status, 201);
    assert.equal(seen.headers['x-request-id'], 'r1');
    assert.equal(seen.text, 'hello');
    assert.ok(seen.ended);
  });

  it('reports the head before the body is there', async () => {
    let finish = (): void => {};
    const origin = await serve((_request, response) => {
      response.writeHead(200).flushHeaders();
      finish = () => response.end('late');
    });
    const { seen } = send(origin);
    await seen.head;
    assert.equal(seen.bytes, 0);
    finish();
    await seen.last;
    assert.equal(seen.text, 'late');
  });

  it('passes informational answers over', async () => {
    const origin = await serve((_request, response) => {
      response.writeProcessing();
      response.end('done');
    });
    const { seen } = send(origin, { method: 'GET', body: null });
    await seen.last;
    assert.equal(seen.status, 200);
    assert.equal(seen.text, 'done');
  });

  it('keeps a connection for the next request', async () => {
    const ports = new Set<number | undefined>();
    const origin = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('x');
    });
    for (let i = 0; i < 3; i++) {
      const { seen } = send(origin);
      await seen.last;
      // undici hands a connection on one turn of the event loop after the answer's end.
      await setImmediate();
    }
    assert.equal(ports.size, 1);
  });

  it('does not follow redirects', async () => {
    let requests = 0;
    const origin = await serve((_request, response) => {
      requests++;
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    const { seen } = send(origin);
    await seen.last;
    assert.equal(seen.status, 307);
    assert.equal(requests, 1);
  });

  it('delivers 10 MB unaltered, in chunks that stay as they were', async () => {
    const body = Buffer.alloc(10 * 1024 * 1024);
    for (let i = 0; i < body.length; i += 4) body.writeUInt32LE(i, i);
    const origin = await serve((_request, response) => response.end(body));
    const { seen } = send(origin);
    await seen.last;
    assert.equal(Buffer.compare(Buffer.concat(seen.chunks), body), 0);
  });

  it('holds the upstream back while the consumer is slow', async () => {
    const total = 64 * 1024 * 1024;
    let written = 0;
    const origin = await serve((_request, response) => {
      const piece = Buffer.alloc(64 * 1024, 7);
      const write = (): void => {
        while (written < total) {
          written += piece.length;
          if (!response.write(piece)) return void response.once('drain', write);
        }
        response.end();
      };
      write();
    });
    const { seen, call } = send(origin);
    let paused = Promise.withResolvers<void>();
    seen.accept = () => {
      paused.resolve();
      return false;
    };
    await paused.promise;
    // The server stops by itself once the kernel's socket buffers are full.
    let before = -1;
    while (before !== written) {
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.ok(written < total / 2, `${written} bytes written although nothing was consumed`);
    assert.ok(seen.bytes <= 64 * 1024, `${seen.bytes} bytes delivered after the first refusal`);
    for (let i = 0; i < 5; i++) {
      paused = Promise.withResolvers<void>();
      call.resume();
      await paused.promise;
    }
    seen.accept = () => true;
    call.resume();
    await seen.last;
    assert.equal(seen.bytes, total);
  });

  it('accepts a resume that comes before onData has returned', async () => {
    const origin = await serve((_request, response) => response.end(Buffer.alloc(500_000)));
    const { seen, call } = send(origin);
    seen.accept = () => {
      call.resume();
      return false;
    };
    await seen.last;
    assert.equal(seen.bytes, 500_000);
  });

  it('does not take a paused stream for an idle one', async () => {
    const origin = await serve((_request, response) => response.end(Buffer.alloc(300_000)));
    const { seen, call } = send(origin, { idleTimeoutMs: 100 });
    const paused = Promise.withResolvers<void>();
    seen.accept = () => {
      paused.resolve();
      return false;
    };
    await paused.promise;
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(seen.failure, undefined);
    seen.accept = () => true;
    call.resume();
    await seen.last;
    assert.equal(seen.bytes, 300_000);
  });

  it('names a connection that is lost in the middle of a body', async () => {
    let reset = (): void => {};
    const origin = await serveRaw((socket) => {
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'));
      reset = () => socket.resetAndDestroy();
    });
    const { seen } = send(origin);
    seen.accept = () => {
      reset();
      return true;
    };
    await seen.last;
    assert.equal(seen.status, 200);
    assert.equal(seen.failure?.code, 'reset');
    assert.match(seen.failure.message, /127\.0\.0\.1:\d+ was lost \(ECONNRESET\)/);
  });

  it('takes a body shorter than announced for cut, not for complete', async () => {
    for (const framing of [
      'Content-Length: 100\r\n\r\nhalf',
      'Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n',
    ]) {
      const origin = await serveRaw((socket) => {
        socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\n${framing}`));
      });
      const { seen } = send(origin);
      await seen.last;
      assert.equal(seen.text, 'half');
      assert.equal(seen.failure?.code, 'reset');
      assert.equal(seen.ended, false);
    }
  });

  it('names a server that closes without an answer', async () => {
    const origin = await serveRaw((socket) => {
      socket.once('data', () => socket.end());
    });
    const { seen } = send(origin);
    await seen.last;
    assert.equal(seen.failure?.code, 'reset');
  });

  it('names an answer that is not HTTP', async () => {
    const origin = await serveRaw((socket) => {
      socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    });
    const { seen } = send(origin);
    await seen.last;
    assert.equal(seen.failure?.code, 'reset');
    assert.match(seen.failure.message, /was lost \(the answer was not valid HTTP\)/);
  });

  it('gives up on a head that does not come, and drops the connection', async () => {
    const closed = Promise.withResolvers<void>();
    const origin = await serveRaw((socket) => {
      socket.on('close', () => closed.resolve());
      socket.resume();
    });
    const { seen } = send(origin, { headTimeoutMs: 80 });
    await seen.last;
    assert.equal(seen.failure?.code, 'head_timeout');
    assert.match(seen.failure.message, /did not begin to answer in time \(80 ms\)/);
    await closed.promise;
  });

  it('counts the wait for a free connection as part of the wait for the head', async () => {
    await upstream.close();
    upstream = new UndiciUpstream({ connections: 1 });
    let requests = 0;
    const origin = await serve((_request, response) => {
      requests++;
      response.writeHead(200).flushHeaders();
    });
    const first = send(origin);
    await first.seen.head;
    const second = send(origin, { headTimeoutMs: 60 });
    await second.seen.last;
    assert.equal(second.seen.failure?.code, 'head_timeout');
    first.call.abort();
    assert.equal(requests, 1);
  });

  it('gives up on a body that stops', async () => {
    const origin = await serve((_request, response) => {
      response.write('one');
    });
    const { seen } = send(origin, { idleTimeoutMs: 100 });
    await seen.last;
    assert.equal(seen.text, 'one');
    assert.equal(seen.failure?.code, 'idle_timeout');
  });

  it('names a refused connection', async () => {
    const origin = await serve(() => {});
    cleanup.splice(0).forEach((step) => step());
    const { seen } = send(origin);
    await seen.last;
    assert.equal(seen.failure?.code, 'connect');
    assert.match(seen.failure.message, /No connection to 127\.0\.0\.1:\d+ could be made \(ECONNREFUSED\)/);
  });

  it('names a host that does not exist', async () => {
    const { seen } = send('http://no-such-host.invalid');
    await seen.last;
    assert.equal(seen.failure?.code, 'dns');
    assert.match(seen.failure.message, /no-such-host\.invalid could not be resolved/);
  });

  it('names a server that speaks no TLS', async () => {
    const origin = await serve(() => {});
    const { seen } = send(origin.replace('http:', 'https:'));
    await seen.last;
    assert.equal(seen.failure?.code, 'tls');
  });

  it('refuses a certificate that nobody vouches for, whatever the environment says', async () => {
    const server = https.createServer(SELF_SIGNED, (_request, response) => response.end('secret kept?'));
    cleanup.push(() => server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      const { seen } = send(`https://127.0.0.1:${(server.address() as net.AddressInfo).port}`);
      await seen.last;
      assert.equal(seen.status, 0);
      assert.equal(seen.failure?.code, 'tls');
      assert.match(seen.failure.message, /127\.0\.0\.1:\d+ was not accepted \(DEPTH_ZERO_SELF_SIGNED_CERT\)/);
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
  });

  it('reports a header that can not be sent as a failure, after dispatch has returned', async () => {
    const origin = await serve((_request, response) => response.end());
    const { seen } = send(origin, { headers: { authorization: 'a\nb' } });
    assert.ok(!seen.failure);
    await seen.last;
    const failure = seen.failure as UpstreamFailure | undefined;
    assert.equal(failure?.code, 'connect');
    assert.doesNotMatch(failure.message, /a\nb/);
  });

  it('ends the upstream connection at once when aborted, and stays silent', async () => {
    const arrived = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<number>();
    const origin = await serve((_request, response) => {
      response.write('first');
      response.on('close', () => closed.resolve(performance.now()));
      arrived.resolve();
    });
    const { seen, call } = send(origin);
    await arrived.promise;
    await seen.head;
    const abortedAt = performance.now();
    call.abort();
    call.abort();
    assert.ok((await closed.promise) - abortedAt < 100);
    call.resume();
    assert.equal(seen.failure, undefined);
    assert.equal(seen.ended, false);
  });

  it('sends nothing for a call that was aborted before it had a connection', async () => {
    let requests = 0;
    const origin = await serve((_request, response) => {
      requests++;
      response.end();
    });
    const { seen, call } = send(origin);
    call.abort();
    const other = send(origin);
    await other.seen.last;
    assert.equal(requests, 1);
    assert.equal(seen.status, 0);
    assert.equal(seen.failure, undefined);
  });

  it('can be aborted from within its own callbacks', async () => {
    const closed = Promise.withResolvers<void>();
    const origin = await serve((_request, response) => {
      response.on('close', () => closed.resolve());
      response.write('a');
    });
    const { seen, call } = send(origin);
    seen.accept = () => {
      call.abort();
      return false;
    };
    await closed.promise;
    assert.equal(seen.text, 'a');
    assert.equal(seen.failure, undefined);
  });

  it('keeps connections for a bounded number of origins without cutting a running answer', async () => {
    await upstream.close();
    upstream = new UndiciUpstream({ maxOrigins: 2 });
    let finish = (): void => {};
    const slow = await serve((_request, response) => {
      response.write('a');
      finish = () => response.end('b');
    });
    const first = send(slow);
    await first.seen.head;
    for (let i = 0; i < 3; i++) {
      const { seen } = send(await serve((_request, response) => response.end('x')));
      await seen.last;
    }
    finish();
    await first.seen.last;
    assert.equal(first.seen.text, 'ab');
  });

  it('lets running calls finish on close and refuses new ones', async () => {
    let finish = (): void => {};
    const origin = await serve((_request, response) => {
      response.write('a');
      finish = () => response.end('b');
    });
    const { seen } = send(origin);
    await seen.head;
    const closing = upstream.close();
    const refused = send(origin);
    await refused.seen.last;
    assert.equal(refused.seen.failure?.code, 'connect');
    finish();
    await closing;
    await seen.last;
    assert.equal(seen.text, 'ab');
  });
});
