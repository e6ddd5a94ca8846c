import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { endpointFile } from '../../shared/endpoint.ts';
import type { StateView } from '../../shared/model/views.ts';
import { freePort } from '../support/free-port.ts';
import { Cli, isAlive } from './cli.ts';
import { foreignListener } from '../support/foreign-listener.ts';

const SERVING = /Ctrl\+C stops it/;

describe('the daemon on the command line', () => {
  let cli: Cli;

  beforeEach(async () => {
    cli = await Cli.create();
  });

  afterEach(() => cli.dispose());

  it('serves until it is interrupted, and withdraws its endpoint', async () => {
    const port = await freePort();
    const { child, output } = await cli.start(['serve', '--port', String(port)], SERVING);
    assert.match(output(), new RegExp(`serves on http://127\\.0\\.0\\.1:${port}$`, 'm'));
    assert.ok(output().includes(`OPENAI_BASE_URL=http://127.0.0.1:${port}/v1`));
    const status = await cli.run(['status']);
    assert.equal(status.code, 0);
    assert.match(status.out, new RegExp(`on http://127\\.0\\.0\\.1:${port} \\(process ${child.pid},`));
    const closed = once(child, 'close');
    child.kill('SIGINT');
    assert.deepEqual(await closed, [0, null]);
    assert.ok(!existsSync(endpointFile(cli.data)));
  });

  it('tells programs where it serves in one line of JSON', async () => {
    const { output } = await cli.start(['serve', '--json'], /\n/);
    const { url, pid } = JSON.parse(output()) as { url: string; pid: number };
    assert.equal(url, `http://127.0.0.1:${cli.port}`);
    assert.equal((await cli.endpoint())?.pid, pid);
    const state = await cli.json<StateView & { running: boolean }>(['status']);
    assert.equal(state.running, true);
    assert.equal(state.proxyUrl, url);
  });

  it('says that it is not running and what to do, with an exit code of its own', async () => {
    const status = await cli.run(['status']);
    assert.equal(status.code, 3);
    assert.match(status.out, /not running\. Start it with "apikeyrouter serve"/);
    const json = await cli.run(['status', '--json']);
    assert.equal(json.code, 3);
    assert.deepEqual(JSON.parse(json.out), { running: false });
    for (const command of ['stop', 'verify']) {
      const { code, err } = await cli.run([command]);
      assert.equal(code, 3);
      assert.match(err, /not running\. Start it with "apikeyrouter serve"/);
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
    await cli.start(['serve'], SERVING);
    const { code, err } = await cli.run(['serve']);
    assert.equal(code, 1);
    assert.match(err, new RegExp(`already running on http://127\\.0\\.0\\.1:${cli.port}\\. Stop it with`));
  });

  it('names the port that another program has, and the program', async () => {
    const foreign = await foreignListener(cli.port);
    const asked = await cli.run(['serve', '--port', String(cli.port)]);
    const kept = await cli.run(['keys', 'list']);
    await foreign.stop();
    const owner =
      process.platform === 'win32' ? 'another program' : `\\S*node\\S* \\(process ${process.pid}\\)`;
    for (const { code, err } of [asked, kept]) {
      assert.equal(code, 1);
      assert.match(err, new RegExp(`Port ${cli.port} is taken by ${owner}\\. End that program, or choose`));
    }
    assert.match(kept.err, /^error: The daemon did not start\./);
  });

  it('stops the one in the background, and returns when it has ended', async () => {
    await cli.run(['virtual-keys', 'list']);
    const endpoint = await cli.endpoint();
    assert.ok(endpoint && isAlive(endpoint.pid));
    const { code, out } = await cli.run(['stop']);
    assert.equal(code, 0);
    assert.match(out, /^Stopped\.$/m);
    assert.ok(!isAlive(endpoint.pid), 'it has ended');
    assert.equal((await cli.run(['status'])).code, 3);
  });

  it('starts anew after one that was killed', async () => {
    await cli.run(['virtual-keys', 'create', 'editor']);
    const killed = await cli.endpoint();
    assert.ok(killed);
    process.kill(killed.pid, 'SIGKILL');
    while (isAlive(killed.pid)) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal((await cli.run(['status'])).code, 3);
    assert.match((await cli.run(['virtual-keys', 'list'])).out, /^editor /m);
    assert.equal((await cli.endpoint())?.port, killed.port);
  });

  it('is not taken for another program that got the process id of one that was killed', async () => {
    writeEndpointOf(cli, process.pid);
    assert.equal((await cli.run(['status'])).code, 3);
    assert.match((await cli.run(['virtual-keys', 'list'])).out, /^No virtual keys yet/);
  });

  it('says which data folder can not be used', async () => {
    await writeFile(cli.folder.file('file'), '');
    const home = cli.folder.file('file', 'data');
    for (const args of [['keys', 'list'], ['serve']]) {
      const { code, err } = await cli.run(['--home', home, ...args]);
      assert.equal(code, 1);
      assert.ok(err.includes(`The data folder ${home} can't be used`), err);
      assert.match(err, /--home or APIKEYROUTER_HOME/);
    }
  });
});

/** As left behind by a daemon that was killed. */
function writeEndpointOf(cli: Cli, pid: number): void {
  const record = {
    pid,
    port: cli.port,
    socket: cli.folder.file('nowhere.sock'),
    version: '0.0.0',
    managementToken: 'x'.repeat(43),
    instanceId: 'killed',
    startedAt: 0,
  };
  writeFileSync(endpointFile(cli.data), JSON.stringify(record));
}
