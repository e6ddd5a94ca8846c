import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import type { KeyView, VirtualKeyView } from '../../shared/model/views.ts';
import { modelListing, openaiChat } from '../support/openai-answers.ts';
import { openaiInvalidKey } from '../support/provider-errors.ts';
import { eventually } from '../support/router-fixture.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';
import { Cli, type Outcome } from './cli.ts';

const SECRET = 'sk-simulated-good-0123456789abcdef';
const OTHER = 'sk-simulated-other-0123456789abcdef';
const WRONG = 'sk-simulated-wrong-0123456789abcdef';

interface Keys {
  readonly keys: readonly KeyView[];
}

describe('keys on the command line', () => {
  let cli: Cli;
  let provider: ScriptedUpstream;
  const seen: Outcome[] = [];

  beforeEach(async () => {
    cli = await Cli.create();
    provider = await ScriptedUpstream.start();
    provider.on({ method: 'GET', path: '/v1/models' }, modelListing(['small', 'large']));
    provider.on({ key: WRONG }, openaiInvalidKey());
    provider.on({ method: 'POST', path: '/v1/chat/completions' }, openaiChat());
  });

  afterEach(async () => {
    await cli.dispose();
    await provider.stop();
    for (const { out, err } of seen.splice(0)) {
      assert.ok(!`${out}${err}`.includes('0123456789abcdef'), 'a secret was printed');
    }
  });

  async function run(args: readonly string[], stdin = ''): Promise<Outcome> {
    const outcome = await cli.run(args, { stdin });
    seen.push(outcome);
    return outcome;
  }

  function add(name: string, secret: string): Promise<Outcome> {
    return run(['keys', 'add', 'mine', '--name', name, '--base-url', provider.url], `${secret}\n`);
  }

  it('adds one from standard input, verified with the free listing, and starts the daemon for it', async () => {
    const { code, out } = await add('first', SECRET);
    assert.equal(code, 0);
    assert.match(out, /^Added first \(key_\w+\), verified with mine: 2 models\.$/m);
    assert.deepEqual(
      provider.requests.map(({ method, path, key }) => [method, path, key]),
      [['GET', '/v1/models', SECRET]],
    );
    const list = await run(['keys', 'list']);
    assert.match(
      list.out,
      /^NAME +PROVIDER +KEY +STATE +MODELS +TODAY +ID\nfirst +mine +\.\.\.cdef +available +2 +\$0 +key_/,
    );
  });

  it('keeps none that the provider refuses, and says why', async () => {
    const { code, err } = await add('bad', WRONG);
    assert.equal(code, 1);
    assert.match(err, /mine refused the key: Incorrect API key/);
    assert.deepEqual((await cli.json<Keys>(['keys', 'list'])).keys, []);
    const { out } = await run(['keys', 'list']);
    assert.match(out, /No keys yet\. Add one with "apikeyrouter keys add/);
  });

  it('refuses placeholders, duplicates and empty input, each with what to do', async () => {
    await add('first', SECRET);
    for (const [name, secret, hint] of [
      ['second', 'your-api-key', /placeholder/],
      ['second', SECRET, /already here, as "first"/],
      ['first', OTHER, /already a key named "first"/],
      ['second', '', /No key on standard input/],
    ] as const) {
      const { code, err } = await add(name, secret);
      assert.equal(code, 1);
      assert.match(err, hint);
    }
  });

  it('takes no secret from the arguments, where every user of the machine can read it', async () => {
    const { code, err } = await cli.run(['keys', 'add', 'mine', SECRET]);
    assert.notEqual(code, 0);
    assert.match(err, /too many arguments/);
  });

  it('disables, enables, checks and removes by name, and says so of an unknown one', async () => {
    await add('first', SECRET);
    assert.match((await run(['keys', 'disable', 'first'])).out, /first is disabled/);
    assert.match((await run(['keys', 'enable', 'first'])).out, /first is available/);
    assert.match((await run(['keys', 'check', 'first'])).out, /first is good: 2 models/);
    assert.match((await run(['keys', 'remove', 'first'])).out, /Removed first/);
    const unknown = await run(['keys', 'check', 'first']);
    assert.equal(unknown.code, 1);
    assert.match(unknown.err, /There is no key "first"\. List them/);
  });

  it('gives errors to programs as JSON too', async () => {
    const { code, err } = await run(['--json', 'keys', 'check', 'nobody']);
    assert.equal(code, 1);
    assert.equal((JSON.parse(err) as { error: { code: string } }).error.code, 'not_found');
  });

  it('imports those in the environment and in .env: placeholders are refused, known ones told apart', async () => {
    await cli.run(['keys', 'add', 'openai', '--base-url', provider.url], { stdin: WRONG });
    await writeFile(cli.folder.file('.env'), `OPENAI_KEY_1=${SECRET}\nOPENAI_KEY_2=your-api-key\n`);
    const env = { OPENAI_API_KEY: OTHER };
    const first = await cli.run(['keys', 'import-env'], { env });
    seen.push(first);
    assert.match(first.out, /^\+ OPENAI_API_KEY: added as "openai-api-key", 2 models$/m);
    assert.match(first.out, /^\+ OPENAI_KEY_1: added as "openai-key-1", 2 models$/m);
    assert.match(first.out, /^! OPENAI_KEY_2: .*placeholder/m);
    const second = await cli.run(['keys', 'import-env'], { env });
    assert.match(second.out, /^= OPENAI_API_KEY: /m);
    const { keys } = await cli.json<Keys>(['keys', 'list']);
    assert.deepEqual(
      keys.map((key) => key.name),
      ['openai-api-key', 'openai-key-1'],
    );
  });

  it('says where it looked when there is nothing to import', async () => {
    const { code, out } = await run(['keys', 'import-env']);
    assert.equal(code, 0);
    assert.match(out, /No keys found\. Looked for OPENAI_API_KEY/);
  });

  it('issues a virtual key, shows and explains what it did, and revokes it', async () => {
    await add('first', SECRET);
    const created = await cli.json<{ token: string; virtualKey: VirtualKeyView }>([
      'virtual-keys',
      'create',
      'editor',
      '--limit',
      '5',
    ]);
    const { proxyUrl } = await cli.json<{ proxyUrl: string }>(['status']);
    const ask = (): Promise<Response> =>
      fetch(`${proxyUrl}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${created.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'small', messages: [{ role: 'user', content: 'Hi' }] }),
      });
    const answer = await ask();
    assert.equal(answer.status, 200);
    const id = answer.headers.get('x-request-id') ?? '';
    const explained = await eventually(async () => {
      const outcome = await run(['explain', id]);
      assert.equal(outcome.code, 0);
      return outcome.out;
    });
    assert.match(explained, /small, succeeded with HTTP 200/);
    assert.match(explained, /first is the only key that can serve small now/);
    assert.match(explained, /1\. first \(200, \d+ ms\): succeeded/);
    assert.match((await run(['requests'])).out, new RegExp(`small +first +1 +200 .*${id}`));
    const list = await run(['virtual-keys', 'list']);
    assert.match(list.out, /^editor +akr-\.\.\.\w{4}/m);
    assert.ok(!list.out.includes(created.token));
    await run(['virtual-keys', 'revoke', created.virtualKey.id]);
    assert.equal((await ask()).status, 401);
  });

  it('says so of a request that it does not know', async () => {
    const { code, err } = await run(['explain', 'req_unknown']);
    assert.equal(code, 1);
    assert.match(err, /no request/i);
  });
});
