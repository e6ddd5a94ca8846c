import assert from 'node:assert/strict';
import { isOlder } from '../../../client/daemon/bring-up.ts';
import { type ConnectionState, DaemonConnection } from '../../../client/daemon/connection.ts';
import { locateDaemon } from '../../../client/daemon/locate.ts';
import { extensionApi, home, keyNode, readEndpoint, until } from './extension-under-test.ts';

describe('the connection', () => {
  it('of a second window finds the daemon and starts none', async () => {
    const { log } = await extensionApi();
    const second = new DaemonConnection({
      version: '0.0.1',
      log,
      locate: () => locateDaemon(home()),
      launch: () => assert.fail('it started another daemon'),
      mayLaunch: () => true,
      isOutdated: (daemon) => isOlder(daemon, '0.0.1'),
    });
    try {
      assert.equal((await second.settled()).kind, 'connected');
      const { keys } = await second.request('apikeyrouter/keys/list', {});
      assert.equal(keys.length, 2);
    } finally {
      second.dispose();
    }
  });

  it('comes back by itself after the daemon was killed', async () => {
    const { connection, list } = await extensionApi();
    const killed = await readEndpoint();
    const states: ConnectionState['kind'][] = [];
    const listener = connection.onDidChangeState(({ kind }) => states.push(kind));
    process.kill(killed.pid, 'SIGKILL');
    await until('it is connected again', () => states.includes('connected'));
    listener.dispose();
    assert.deepEqual(states, ['connecting', 'connected']);
    const { pid, port } = await readEndpoint();
    assert.notEqual(pid, killed.pid);
    assert.equal(port, killed.port, 'tools have stored the port');
    await until('the keys are there', () => list.snapshot?.keys.length === 2);
    assert(await keyNode('good'), 'the keys stay in the view');
  });

  it('answers requests that were made while it was away', async () => {
    const { connection } = await extensionApi();
    const { pid } = await readEndpoint();
    const gone = new Promise<void>((resolve) => {
      const listener = connection.onDidChangeState(({ kind }) => {
        if (kind !== 'connecting') return;
        listener.dispose();
        resolve();
      });
    });
    process.kill(pid, 'SIGKILL');
    await gone;
    const { keys } = await connection.request('apikeyrouter/keys/list', {});
    assert.equal(keys.length, 2);
  });
});
