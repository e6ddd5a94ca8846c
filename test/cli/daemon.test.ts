import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { endpointFile } from '../../shared/endpoint.ts';
import { freePort } from '../support/free-port.ts';
import { Cli } from './cli.ts';

describe('the daemon on the command line', () => {
  let cli: Cli;

  beforeEach(async () => {
    cli = await Cli.create();
  });

  afterEach(() => cli.dispose());

  it('serves until it is interrupted, and withdraws its endpoint', async () => {
    const port = String(await freePort());
    const { child, output } = await cli.start(['serve', '--port', port], /Ctrl\+C stops it/);
    assert.match(output(), new RegExp(`serves on http://127\\.0\\.0\\.1:${port}`));
    const status = await cli.run(['status']);
    assert.equal(status.code, 0);
    assert.match(status.out, new RegExp(`on http://127\\.0\\.0\\.1:${port} \\(process ${child.pid}`));
    const closed = once(child, 'close');
    child.kill('SIGINT');
    assert.deepEqual(await closed, [0, null]);
    assert.ok(!existsSync(endpointFile(cli.folder.file('data'))));
  });

  it('says what keys lie around without asking where nobody can answer', async () => {
    await writeFile(cli.folder.file('.env'), 'ANTHROPIC_API_KEY=sk-ant-simulated-0123456789\n');
    const port = String(await freePort());
    const { output } = await cli.start(['serve', '--port', port], /import-env/);
    assert.match(output(), /Found ANTHROPIC_API_KEY\. Import with "apikeyrouter keys import-env"/);
    assert.ok(!output().includes('0123456789'));
  });

  it('says that it is not running and what to do, with an exit code of its own', async () => {
    const status = await cli.run(['status']);
    assert.equal(status.code, 3);
    assert.match(status.out, /not running\. Start it with "apikeyrouter serve"/);
    const json = await cli.run(['--json', 'status']);
    assert.equal(json.code, 3);
    assert.deepEqual(JSON.parse(json.out), { running: false });
    for (const command of ['stop', 'verify']) {
      const { code, err } = await cli.run([command]);
      assert.equal(code, 1);
      assert.match(err, /not running\. Start it/);
    }
  });

  it('asks for a newer Node where this one is too old', async () => {
    const old = cli.folder.file('old.cjs');
    await writeFile(old, `Object.defineProperty(process.versions, 'node', { value: '20.19.0' });`);
    const { code, out, err } = await cli.run(['status'], { env: { NODE_OPTIONS: `--require ${old}` } });
    assert.equal(code, 1);
    assert.equal(out, '');
    assert.match(err, /^API Key Router needs Node 22 or newer; this is 20\.19\.0\./);
  });

  it('refuses a second one on the same data', async () => {
    const port = String(await freePort());
    await cli.start(['serve', '--port', port], /Ctrl\+C stops it/);
    const { code, err } = await cli.run(['serve']);
    assert.equal(code, 1);
    assert.match(err, new RegExp(`already running on http://127\\.0\\.0\\.1:${port}\\. Stop it with`));
  });

  it('names the port that another program has', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { code, err } = await cli.run(['serve', '--port', String(port)]);
    server.close();
    assert.equal(code, 1);
    assert.match(err, new RegExp(`Port ${port} is taken by`));
  });

  it('stops the one in the background', async () => {
    await cli.run(['virtual-keys', 'list']);
    assert.equal((await cli.run(['status'])).code, 0);
    assert.match((await cli.run(['stop'])).out, /Stopped/);
    assert.equal((await cli.run(['status'])).code, 3);
  });

  it('proves that the listener is the daemon, and finds out an impostor', async () => {
    await cli.run(['virtual-keys', 'list']);
    const good = await cli.run(['verify']);
    assert.equal(good.code, 0);
    assert.match(good.out, /is this daemon \(process \d+\)/);
    // An impostor that took the port of a daemon whose endpoint file was left behind.
    const impostor = createServer((_, response) => response.end('{"status":"ok","proof":"0000"}'));
    impostor.listen(0, '127.0.0.1');
    await once(impostor, 'listening');
    const { port } = impostor.address() as AddressInfo;
    await cli.run(['stop']);
    const record = {
      pid: process.pid,
      port,
      socket: cli.folder.file('nowhere.sock'),
      version: '0.0.0',
      managementToken: 'x'.repeat(43),
      instanceId: 'impostor',
      startedAt: 0,
    };
    await writeFile(endpointFile(cli.folder.file('data')), JSON.stringify(record));
    const bad = await cli.run(['verify']);
    impostor.close();
    assert.equal(bad.code, 1);
    assert.match(bad.err, new RegExp(`The program on port ${port} is not this daemon`));
  });
});
