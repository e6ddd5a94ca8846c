import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findRunning, readEndpoint, removeEndpoint, writeEndpoint } from '../../server/daemon/endpoint.ts';
import { isProcessAlive } from '../../server/daemon/process-alive.ts';
import {
  prepareSocketFolder,
  type SocketHost,
  socketPath,
  thisHost,
} from '../../server/daemon/socket-path.ts';
import { type EndpointRecord, endpointFile } from '../../shared/endpoint.ts';
import { createTempFolder, type TempFolder } from '../support/temp-folder.ts';

const RECORD: EndpointRecord = {
  pid: 4242,
  instanceId: 'one',
  version: '0.1.0',
  port: 8484,
  socket: '/run/daemon.sock',
  managementToken: 'token',
  startedAt: 1,
};

describe('the endpoint file', () => {
  let folder: TempFolder;
  beforeEach(async () => {
    folder = await createTempFolder();
  });
  afterEach(() => folder.remove());

  it('is read as it was written, by its owner only', () => {
    assert.equal(readEndpoint(folder.path), null);
    writeEndpoint(folder.path, RECORD);
    writeEndpoint(folder.path, { ...RECORD, port: 9000 });
    assert.deepEqual(readEndpoint(folder.path), { ...RECORD, port: 9000 });
    assert.equal(statSync(endpointFile(folder.path)).mode & 0o777, 0o600);
    assert.equal(statSync(folder.file('daemon')).mode & 0o777, 0o700);
    assert.deepEqual(readdirSync(folder.file('daemon')), ['endpoint.json']);
  });

  it('is no record while it is half written or foreign', () => {
    writeEndpoint(folder.path, RECORD);
    writeFileSync(endpointFile(folder.path), '{"pid": 1');
    assert.equal(readEndpoint(folder.path), null);
  });

  it('is removed by the daemon that wrote it, not by its predecessor', () => {
    writeEndpoint(folder.path, { ...RECORD, instanceId: 'two' });
    removeEndpoint(folder.path, 'one');
    assert.equal(readEndpoint(folder.path)?.instanceId, 'two');
    removeEndpoint(folder.path, 'two');
    assert.equal(readEndpoint(folder.path), null);
    removeEndpoint(folder.path, 'two');
  });

  it('counts only while its process lives and the lock is held', () => {
    writeEndpoint(folder.path, RECORD);
    const found = (alive: boolean, locked: boolean) =>
      findRunning(folder.path, { isAlive: () => alive, isLocked: () => locked });
    assert.deepEqual(found(true, true), RECORD);
    assert.equal(found(false, true), null);
    assert.equal(found(true, false), null);
  });
});

describe('isProcessAlive', () => {
  it('knows this process, and none of an impossible number', () => {
    assert.equal(isProcessAlive(process.pid), true);
    for (const pid of [2 ** 30, 0, -1, Number.NaN]) assert.equal(isProcessAlive(pid), false);
  });
});

describe('the socket', () => {
  const linux: SocketHost = { platform: 'linux', uid: 1000, tempFolder: '/tmp' };

  it('lies in the data folder where its path fits', () => {
    assert.equal(socketPath('/home/me/data', linux), '/home/me/data/run/daemon.sock');
    const longest = `/${'x'.repeat(100 - '//run/daemon.sock'.length)}`;
    assert.equal(socketPath(longest, linux), `${longest}/run/daemon.sock`);
  });

  it('lies in a temporary folder of this user and data folder otherwise', () => {
    const one = socketPath(`/${'ü'.repeat(45)}`, linux);
    const other = socketPath(`/${'u'.repeat(90)}`, linux);
    assert.match(one, /^\/tmp\/apikeyrouter-1000-[0-9a-f]{16}\/daemon\.sock$/);
    assert.match(other, /^\/tmp\/apikeyrouter-1000-/);
    assert.notEqual(one, other);
  });

  it('is a named pipe on Windows', () => {
    assert.match(
      socketPath('C:\\data', { ...linux, platform: 'win32' }),
      /^\\\\\.\\pipe\\apikeyrouter-[0-9a-f]+$/,
    );
  });

  describe('has a folder that', () => {
    let folder: TempFolder;
    beforeEach(async () => {
      folder = await createTempFolder();
    });
    afterEach(() => folder.remove());

    it('only its owner may enter', () => {
      const socket = folder.file('run', 'daemon.sock');
      prepareSocketFolder(socket, thisHost());
      prepareSocketFolder(socket, thisHost());
      assert.equal(statSync(path.dirname(socket)).mode & 0o777, 0o700);
    });

    it('is refused if it leads elsewhere or belongs to another user', () => {
      mkdirSync(folder.file('theirs'));
      symlinkSync(folder.file('theirs'), folder.file('run'));
      const refusal = { name: 'RouterError', message: /belongs to somebody else/ };
      assert.throws(() => prepareSocketFolder(folder.file('run', 'daemon.sock'), thisHost()), refusal);
      const other = { ...thisHost(), uid: thisHost().uid + 1 };
      assert.throws(() => prepareSocketFolder(folder.file('theirs', 'daemon.sock'), other), refusal);
    });
  });
});
