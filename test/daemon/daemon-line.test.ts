import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { DaemonLine } from '../../server/daemon/daemon-line.ts';
import { RouterFixture } from '../support/router-fixture.ts';

describe('a line to the daemon', () => {
  let router: RouterFixture;

  beforeEach(async () => {
    router = await RouterFixture.start();
  });
  afterEach(() => router.stop());

  it('asks more than once on the connection whose other end has proven itself', async () => {
    const line = await DaemonLine.open(router.daemon.endpoint);
    for (const name of ['a', 'b']) {
      const { status } = await line.request('POST', '/api/v1/virtual-keys', { name });
      assert.equal(status, 201);
    }
    const { text } = await line.request('GET', '/api/v1/virtual-keys');
    assert.match(text, /"name":"a".*"name":"b"/);
    assert.equal((await line.request('GET', '/api/v1/nothing')).status, 404);
    line.close();
    await assert.rejects(line.request('GET', '/api/v1/state'));
  });

  it('never sends the token to who listens after that connection was lost', async () => {
    const { endpoint } = router.daemon;
    // Lets the proof through, ends the connection, and is then somebody else.
    const received: string[] = [];
    const relay = createServer((socket) => {
      const connection = received.push('') - 1;
      socket.on('data', (bytes) => (received[connection] += String(bytes)));
      socket.on('error', () => undefined);
      if (connection > 0) return;
      const daemon = connect(endpoint.port, '127.0.0.1');
      // It answers to its own address only.
      socket.on('data', (bytes) => daemon.write(String(bytes).replaceAll(`:${port}`, `:${endpoint.port}`)));
      daemon.on('data', (bytes) => {
        socket.write(bytes);
        if (String(bytes).includes('"proof"')) socket.end(() => daemon.destroy());
      });
    });
    relay.listen(0, '127.0.0.1');
    await once(relay, 'listening');
    const { port } = relay.address() as AddressInfo;
    const line = await DaemonLine.open({ ...endpoint, port });
    await assert.rejects(async () => {
      for (;;) await line.request('GET', '/api/v1/state');
    });
    await assert.rejects(line.request('GET', '/api/v1/state'), /connection to the daemon was lost/);
    line.close();
    await new Promise((resolve) => relay.close(resolve));
    assert.match(received[0] ?? '', /GET \/health\?challenge=/);
    assert.equal(received.length, 1, 'no second connection was made');
  });
});
