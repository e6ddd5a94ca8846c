import assert from 'node:assert/strict';
import type { KeyView } from '../../shared/model/views.ts';
import { modelListing } from '../support/openai-answers.ts';
import { openaiInvalidKey } from '../support/provider-errors.ts';
import { jsonReply } from '../support/script.ts';
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

  beforeEach(async () => {
    cli = await Cli.create();
    provider = await ScriptedUpstream.start();
    provider.on({ method: 'GET', path: '/v1/models' }, modelListing(['small', 'large']));
    provider.on({ key: WRONG }, openaiInvalidKey());
  });

  afterEach(async () => {
    await cli.dispose();
    await provider.stop();
    assert.ok(!cli.printed.includes('0123456789abcdef'), 'a secret was printed');
  });

  function add(name: string, secret: string): Promise<Outcome> {
    const args = ['keys', 'add', 'mine', '--name', name, '--base-url', provider.url];
    return cli.run(args, { stdin: `${secret}\n` });
  }

  it('adds one from standard input, verified with the free listing, and starts the daemon for it', async () => {
    const { code, out } = await add('first', SECRET);
    assert.equal(code, 0);
    assert.match(out, /^Added first \(key_\w+\), verified with mine: 2 models\.$/m);
    assert.deepEqual(
      provider.requests.map(({ method, path, key }) => [method, path, key]),
      [['GET', '/v1/models', SECRET]],
    );
    const [list, json] = await Promise.all([cli.run(['keys', 'list']), cli.json<Keys>(['keys', 'list'])]);
    assert.match(
      list.out,
      /^NAME +PROVIDER +KEY +STATE +MODELS +TODAY +ID\nfirst +mine +\.\.\.cdef +available +2 +\$0 +key_/,
    );
    assert.deepEqual(
      json.keys.map(({ name, providerId, state }) => [name, providerId, state]),
      [['first', 'mine', 'available']],
    );
  });

  it('numbers those without a name, and aligns the table', async () => {
    const args = ['keys', 'add', 'mine', '--base-url', provider.url];
    await cli.run(args, { stdin: SECRET });
    assert.match((await cli.run(['keys', 'add', 'mine'], { stdin: OTHER })).out, /^Added mine-2 /);
    await cli.run(['keys', 'disable', 'mine-2']);
    const { out } = await cli.run(['keys', 'list']);
    assert.equal(new Set(out.match(/key_\w+/g)).size, 2);
    const starts = out.match(/^.*?(?=ID$|key_)/gm)?.map((line) => line.length);
    assert.equal(new Set(starts).size, 1, out);
  });

  it('keeps none that the provider refuses, and says why', async () => {
    const { code, err } = await add('bad', WRONG);
    assert.equal(code, 1);
    assert.match(err, /mine refused the key: Incorrect API key/);
    assert.deepEqual((await cli.json<Keys>(['keys', 'list'])).keys, []);
    const { out } = await cli.run(['keys', 'list']);
    assert.match(out, /No keys yet\. Add one with "apikeyrouter keys add/);
  });

  it('refuses placeholders, duplicates and empty input, each with what to do', async () => {
    await add('first', SECRET);
    const refused = [
      ['second', 'your-api-key', /placeholder/],
      ['second', SECRET, /already here, as "first"/],
      ['first', OTHER, /already a key named "first"/],
      ['second', '', /No key on standard input\. Pipe it in/],
      ['second', 'sk-two words', /spaces or characters that no key has\. Copy it again/],
    ] as const;
    const outcomes = await Promise.all(refused.map(([name, secret]) => add(name, secret)));
    for (const [at, { code, err }] of outcomes.entries()) {
      assert.match(err, refused[at]?.[2] ?? /never/);
      assert.equal(code, 1);
    }
    assert.equal((await cli.json<Keys>(['keys', 'list'])).keys.length, 1);
  });

  it('names an unknown provider before it asks for the secret', async () => {
    const { code, err } = await cli.run(['keys', 'add', 'opnai']);
    assert.equal(code, 1);
    assert.match(
      err,
      /There is no provider "opnai"\. Known: openai, anthropic, google, .+, llamacpp; others need --base-url/,
    );
  });

  it('asks what the address of a provider needs, or says how to give it', async () => {
    const missing = await cli.run(['keys', 'add', 'bedrock'], { stdin: SECRET });
    assert.equal(missing.code, 1);
    assert.match(
      missing.err,
      /AWS Bedrock needs to know: AWS region\. Give it with --set region=us-east-1\./,
    );
    const wrong = await cli.run(['keys', 'add', 'openai', '--set', 'region=x'], { stdin: SECRET });
    assert.match(wrong.err, /OpenAI has no region to be set\./);

    provider.on({ path: '/openai/v1/models' }, modelListing(['gpt-4o']));
    const args = ['keys', 'add', 'azure', '--set', `endpoint=${provider.url}/`];
    const { code, out } = await cli.run(args, { stdin: SECRET });
    assert.equal(code, 0);
    assert.match(out, /^Added azure-1 \(key_\w+\), azure lists no models, so the first request will tell/m);
    assert.equal(provider.requests.at(-1)?.headers['api-key'], SECRET);
  });

  it('asks for no key where none is needed', async () => {
    const { code, out } = await cli.run(['keys', 'add', 'ollama', '--base-url', provider.url]);
    assert.equal(code, 0);
    assert.match(out, /^Added ollama-1 \(key_\w+\), verified with ollama: 2 models\.$/m);
  });

  it('lists the providers that it knows, and where keys are made', async () => {
    const { out } = await cli.run(['keys', 'providers']);
    assert.match(out, /^openrouter +OpenRouter +.+ +https:\/\/openrouter\.ai\/settings\/keys$/m);
    assert.match(out, /^ollama +Ollama +.+ +needs no key$/m);
  });

  it('takes no secret from the arguments, where every user of the machine can read it', async () => {
    const exposing = [
      ['keys', 'add', 'openai', SECRET],
      ['keys', 'add', SECRET],
      ['keys', 'add', 'openai', '--key', SECRET],
      ['keys', 'add', 'openai', `--secret=${SECRET}`],
      ['--json', 'keys', 'add', 'mine', '--base-url', provider.url, '--name', SECRET],
    ];
    for (const { code, err } of await Promise.all(exposing.map((args) => cli.run(args, { stdin: OTHER })))) {
      assert.equal(code, 2);
      assert.match(err, /looks like a key.*never on the command line.*Pipe it in/s);
    }
    assert.equal(await cli.endpoint(), null, 'no daemon was started');
  });

  it('disables, enables, checks and removes by name, and says so of an unknown one', async () => {
    await add('first', SECRET);
    assert.match((await cli.run(['keys', 'disable', 'first'])).out, /first is disabled/);
    assert.match((await cli.run(['keys', 'check', 'first'])).err, /first is disabled\. Enable it/);
    assert.match((await cli.run(['keys', 'enable', 'first'])).out, /first is available/);
    assert.match((await cli.run(['keys', 'check', 'first'])).out, /first is good: 2 models/);
    assert.match((await cli.run(['keys', 'remove', 'first'])).out, /Removed first/);
    const unknown = await cli.run(['--json', 'keys', 'check', 'first']);
    assert.equal(unknown.code, 1);
    const { error } = JSON.parse(unknown.err) as { error: { code: string; message: string } };
    assert.equal(error.code, 'not_found');
    assert.match(error.message, /There is no key "first"\. List them/);
  });

  it('says why a key is invalid and which ones share an account, below the list', async () => {
    provider.on(
      { method: 'GET', path: '/v1/models' },
      jsonReply(200, { data: [{ id: 'small' }] }, { headers: { 'openai-organization': 'org-a' } }),
    );
    await add('first', SECRET);
    await add('second', OTHER);
    provider.on({ key: OTHER }, openaiInvalidKey());
    assert.equal((await cli.run(['keys', 'check', 'second'])).code, 1);
    const { out } = await cli.run(['keys', 'list']);
    assert.match(out, /^second .* invalid /m);
    assert.match(out, /^second is invalid: mine refused the key: Incorrect API key/m);
    assert.match(out, /^2 keys, 1 quota: first, second belong to one account \(org-a\)/m);
  });
});
