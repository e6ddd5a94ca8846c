import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { endpointFile } from '../../shared/endpoint.ts';
import { Cli } from './cli.ts';
import { foreignListener } from '../support/foreign-listener.ts';

const SECRET = 'sk-simulated-good-0123456789abcdef';
const ENV = { OPENAI_API_KEY: SECRET };
/** Everything that asks the daemon. */
const COMMANDS = [
  ['status'],
  ['stop'],
  ['verify'],
  ['keys', 'add', 'openai'],
  ['keys', 'list'],
  ['keys', 'import-env'],
  ['keys', 'enable', 'first'],
  ['keys', 'disable', 'first'],
  ['keys', 'check', 'first'],
  ['keys', 'remove', 'first'],
  ['virtual-keys', 'create', 'editor'],
  ['virtual-keys', 'list'],
  ['virtual-keys', 'revoke', 'editor'],
  ['requests'],
  ['explain', 'req_1'],
];

describe('the proof that the listener is the daemon', () => {
  let cli: Cli;

  beforeEach(async () => {
    cli = await Cli.create();
  });

  afterEach(() => cli.dispose());

  it('is given by the daemon', async () => {
    await cli.run(['virtual-keys', 'list']);
    const { code, out } = await cli.run(['verify']);
    assert.equal(code, 0);
    assert.match(
      out,
      new RegExp(`^http://127\\.0\\.0\\.1:${cli.port} is this daemon \\(process \\d+\\)\\.$`, 'm'),
    );
    assert.deepEqual(await cli.json(['verify']), { verified: true, url: `http://127.0.0.1:${cli.port}` });
  });

  it('is not given by another program where the daemon says that it listens', async () => {
    await cli.run(['virtual-keys', 'list']);
    for (const page of ['{"status":"ok","proof":"0000"}', '<h1>Hello</h1>', 'null']) {
      const foreign = await foreignListener(0, page);
      await pointEndpointTo(foreign.port);
      const outcomes = await Promise.all([cli.run(['verify']), cli.run(['status'])]);
      await foreign.stop();
      for (const { code, err } of outcomes) {
        assert.equal(code, 1);
        assert.match(err, new RegExp(`port ${foreign.port} .*is not this daemon\\. Don't point tools at it`));
        assert.match(err, new RegExp(`\\(process ${process.pid}\\)`));
      }
    }
  });

  it('is asked for by every command before it sends the management token, or a key', async () => {
    await cli.run(['virtual-keys', 'list']);
    const foreign = await foreignListener(0, '{"keys":[],"providers":[{"id":"openai"}],"virtualKeys":[]}');
    await pointEndpointTo(foreign.port);
    const outcomes = await Promise.all(COMMANDS.map((args) => cli.run(args, { stdin: SECRET, env: ENV })));
    await foreign.stop();
    for (const [at, { code, err }] of outcomes.entries()) {
      assert.equal(code, 1, COMMANDS[at]?.join(' '));
      assert.match(err, new RegExp(`port ${foreign.port} .*is not this daemon\\. Don't point tools at it`));
    }
    const token = (await cli.endpoint())?.managementToken ?? '';
    assert.ok(foreign.received().includes('GET /health?challenge='), 'it was asked');
    assert.ok(token !== '' && !foreign.received().includes(token));
    assert.ok(!foreign.received().includes(SECRET));
  });

  it('is missed where another program took the port of a daemon that does not run', async () => {
    const foreign = await foreignListener(cli.port);
    const { code, err } = await cli.run(['verify']);
    await foreign.stop();
    assert.equal(code, 1);
    assert.match(
      err,
      new RegExp(`not running, and port ${cli.port} is taken by \\S+ \\(process ${process.pid}\\)`),
    );
    assert.match(err, /Don't point tools at it/);
  });

  it('is missed where nothing answers', async () => {
    await cli.run(['virtual-keys', 'list']);
    const foreign = await foreignListener();
    await foreign.stop();
    await pointEndpointTo(foreign.port);
    const { code, err } = await cli.run(['verify']);
    assert.equal(code, 1);
    assert.match(err, new RegExp(`Nothing answers on port ${foreign.port}.*Stop it \\(process \\d+\\)`));
  });

  async function pointEndpointTo(port: number): Promise<void> {
    const file = endpointFile(cli.data);
    const record = JSON.parse(await readFile(file, 'utf8')) as object;
    await writeFile(file, JSON.stringify({ ...record, port }));
  }
});
