import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { KeyView } from '../../shared/model/views.ts';
import { modelListing } from '../support/openai-answers.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';
import { Cli, type Running } from './cli.ts';

const SECRET = 'sk-ant-simulated-0123456789abcdef';
const FOUND = /Found ANTHROPIC_API_KEY/;

describe('the command line at a terminal', () => {
  let cli: Cli;
  let provider: ScriptedUpstream;
  /** Pipes stand for a terminal: what is typed is written to standard input. */
  let terminal: Readonly<Record<string, string>>;

  beforeEach(async () => {
    cli = await Cli.create();
    provider = await ScriptedUpstream.start();
    provider.on({ method: 'GET', path: '/v1/models' }, modelListing(['small']));
    await writeFile(
      cli.folder.file('terminal.cjs'),
      'process.stdin.isTTY = true; process.stdout.isTTY = true;',
    );
    terminal = { NODE_OPTIONS: `--require ${cli.folder.file('terminal.cjs')}` };
  });

  afterEach(async () => {
    await cli.dispose();
    await provider.stop();
    assert.ok(!cli.printed.includes('0123456789'), 'a secret was printed');
  });

  async function serveWithKey(env: Readonly<Record<string, string>>, ...args: string[]): Promise<Running> {
    await writeFile(cli.folder.file('.env'), `ANTHROPIC_API_KEY=${SECRET}\n`);
    return cli.start(['serve', ...args], FOUND, env);
  }

  /** Adding a key is not possible without network, unless its provider is simulated. */
  async function pointAnthropic(): Promise<void> {
    const endpoint = await cli.endpoint();
    const response = await fetch(`http://127.0.0.1:${cli.port}/api/v1/providers`, {
      method: 'POST',
      headers: { 'x-api-key': endpoint?.managementToken ?? '', 'content-type': 'application/json' },
      body: JSON.stringify({ id: 'anthropic', kind: 'anthropic', name: 'Anthropic', baseUrl: provider.url }),
    });
    assert.equal(response.status, 201);
  }

  async function keyNames(): Promise<readonly string[]> {
    const { keys } = await cli.json<{ keys: readonly KeyView[] }>(['keys', 'list']);
    return keys.map((key) => key.name);
  }

  async function interrupt(running: Running): Promise<unknown> {
    const closed = once(running.child, 'close');
    running.child.kill('SIGINT');
    return closed;
  }

  it('offers to import keys that lie around, takes them when told so, and does not ask again', async () => {
    const running = await serveWithKey(terminal);
    await pointAnthropic();
    running.child.stdin?.write('y\n');
    await running.printed(/\+ ANTHROPIC_API_KEY: added as "anthropic-api-key", 1 models?/);
    assert.deepEqual(await keyNames(), ['anthropic-api-key']);
    assert.deepEqual(await interrupt(running), [0, null]);
    const again = await cli.start(['serve'], /Ctrl\+C stops it/, terminal);
    assert.deepEqual(await keyNames(), ['anthropic-api-key']);
    assert.doesNotMatch(again.output(), FOUND);
  });

  it('leaves them where they are when told so', async () => {
    const running = await serveWithKey(terminal);
    running.child.stdin?.write('n\n');
    await running.printed(/Later: "apikeyrouter keys import-env"/);
    assert.deepEqual(await keyNames(), []);
    assert.deepEqual(await interrupt(running), [0, null]);
  });

  it('ends when it is interrupted while it asks', async () => {
    const running = await serveWithKey(terminal);
    const closed = once(running.child, 'close');
    // A prompt reads the terminal itself: Ctrl+C arrives as a character there, not as a signal.
    running.child.stdin?.write('\u0003');
    assert.deepEqual(await closed, [0, null]);
    assert.equal(await cli.endpoint(), null);
  });

  it('only says what it found where nobody can answer', async () => {
    const running = await serveWithKey({});
    assert.match(running.output(), /Found ANTHROPIC_API_KEY\. Import with "apikeyrouter keys import-env"/);
    assert.deepEqual(await keyNames(), []);
  });

  it('neither looks nor asks when told so', async () => {
    await writeFile(cli.folder.file('.env'), `ANTHROPIC_API_KEY=${SECRET}\n`);
    const running = await cli.start(['serve', '--no-import'], /Ctrl\+C stops it/, terminal);
    assert.deepEqual(await keyNames(), []);
    assert.doesNotMatch(running.output(), FOUND);
  });

  it('asks for a key without showing it', async () => {
    const args = ['keys', 'add', 'mine', '--base-url', provider.url];
    const running = await cli.start(args, /Key for mine/, terminal);
    const closed = once(running.child, 'close');
    running.child.stdin?.write(`${SECRET}\n`);
    assert.deepEqual(await closed, [0, null]);
    assert.match(running.output(), /•••/);
    assert.match(running.output(), /Added mine-1/);
  });

  it('adds nothing when the question is interrupted', async () => {
    const running = await cli.start(['keys', 'add', 'openai'], /Key for OpenAI/, terminal);
    const closed = once(running.child, 'close');
    running.child.stdin?.write('\u0003');
    assert.deepEqual(await closed, [1, null]);
    assert.match(running.output(), /Cancelled\. Nothing was added\./);
  });
});
