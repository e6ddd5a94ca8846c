import assert from 'node:assert/strict';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import net from 'node:net';
import {
  createProtocolConnection,
  type ProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';
import type { RpcNotifications, RpcRequests } from '../../shared/rpc/messages.ts';
import { RouterFixture, secretOf } from '../support/router-fixture.ts';

class Window {
  readonly #socket: net.Socket;
  readonly #connection: ProtocolConnection;
  readonly changes: RpcNotifications['apikeyrouter/changed'][] = [];
  readonly closed: Promise<unknown>;

  private constructor(socket: net.Socket) {
    this.#socket = socket;
    this.closed = once(socket, 'close');
    this.#connection = createProtocolConnection(
      new StreamMessageReader(socket),
      new StreamMessageWriter(socket),
    );
    this.#connection.onNotification(
      'apikeyrouter/changed',
      (change: RpcNotifications['apikeyrouter/changed']) => {
        this.changes.push(change);
      },
    );
    this.#connection.listen();
  }

  static async open(path: string): Promise<Window> {
    const socket = net.connect(path);
    await once(socket, 'connect');
    return new Window(socket);
  }

  async initialize(managementToken: string): Promise<void> {
    const initializationOptions = { managementToken, clientVersion: '0.1.0' };
    await this.#connection.sendRequest('initialize', {
      processId: null,
      rootUri: null,
      capabilities: {},
      initializationOptions,
    });
    await this.#connection.sendNotification('initialized', {});
  }

  request<M extends keyof RpcRequests>(method: M, params: unknown = {}): Promise<RpcRequests[M]['result']> {
    return this.#connection.sendRequest(method, params);
  }

  async exit(): Promise<void> {
    await this.#connection.sendRequest('shutdown');
    await this.#connection.sendNotification('exit');
    await this.closed;
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

describe('editor windows on the socket', () => {
  let router: RouterFixture;

  beforeEach(async () => {
    router = await RouterFixture.start();
  });
  afterEach(() => router.stop());

  const open = async (): Promise<Window> => {
    const window = await Window.open(router.daemon.endpoint.socket);
    await window.initialize(router.daemon.endpoint.managementToken);
    return window;
  };

  it('serve many at once; the end of one, orderly or not, leaves the others and the daemon alone', async () => {
    const [first, second, third] = await Promise.all([open(), open(), open()]);
    await first.exit();
    second.destroy();
    const state = await third.request('apikeyrouter/state');
    assert.equal(state.proxyUrl, router.daemon.url);
    const fourth = await open();
    assert.deepEqual((await fourth.request('apikeyrouter/keys/list')).keys, []);
    third.destroy();
    fourth.destroy();
  });

  it('add, switch, check and remove a key, and every window hears of it', async () => {
    const [acting, watching] = await Promise.all([open(), open()]);
    const key = await acting.request('apikeyrouter/keys/add', {
      providerId: 'openai',
      name: 'mine',
      secret: secretOf('mine'),
    });
    assert.equal(key.state, 'available');
    assert.equal(key.modelCount, 4);
    const disabled = await acting.request('apikeyrouter/keys/setEnabled', { id: key.id, enabled: false });
    assert.equal(disabled.state, 'disabled');
    await assert.rejects(acting.request('apikeyrouter/keys/check', { id: key.id }), /Enable it before/);
    await acting.request('apikeyrouter/keys/setEnabled', { id: key.id, enabled: true });
    assert.equal((await acting.request('apikeyrouter/keys/check', { id: key.id })).state, 'available');
    assert.deepEqual(await acting.request('apikeyrouter/keys/remove', { id: key.id }), { removed: true });
    assert.deepEqual((await watching.request('apikeyrouter/keys/list')).keys, []);
    while (watching.changes.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.ok(watching.changes.flatMap((change) => change.what).includes('keys'));
    acting.destroy();
    watching.destroy();
  });

  it('are refused without the management token, and before they are initialized', async () => {
    const stranger = await Window.open(router.daemon.endpoint.socket);
    await assert.rejects(stranger.initialize('akm-guess'), /management token/);
    await assert.rejects(stranger.request('apikeyrouter/keys/list'), { message: /token|initialize/i });
    stranger.destroy();
    assert.equal(statSync(router.folder.file('run')).mode & 0o077, 0, 'other users do not reach the socket');
  });

  it('get a code and a sentence for what goes wrong, and bad parameters never reach the core', async () => {
    const window = await open();
    const placeholder = window.request('apikeyrouter/keys/add', {
      providerId: 'openai',
      name: 'x',
      secret: 'your-api-key',
    });
    await assert.rejects(placeholder, (error: Error & { data?: unknown }) => {
      assert.match(error.message, /placeholder/);
      assert.deepEqual(error.data, { code: 'key_placeholder' });
      return true;
    });
    for (const params of [
      {},
      { providerId: 'openai' },
      { providerId: 1, name: 'x', secret: 'y' },
      { id: 'x', enabled: 'no' },
      null,
      [1],
    ]) {
      await assert.rejects(window.request('apikeyrouter/keys/add', params), {
        data: { code: 'invalid_request' },
      });
    }
    assert.ok((await window.request('apikeyrouter/state')).version);
    window.destroy();
  });
});
