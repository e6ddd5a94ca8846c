import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import type { KeyView } from '../../shared/model/views.ts';
import { modelListing, openaiChat } from '../support/openai-answers.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';
import { Cli } from './cli.ts';

const SECRET = 'sk-simulated-good-0123456789abcdef';
const PASSPHRASE = 'correct horse battery';

describe('the export of everything on the command line', () => {
  let from: Cli;
  let to: Cli;
  let provider: ScriptedUpstream;
  let token: string;

  beforeEach(async () => {
    from = await Cli.create();
    to = await Cli.create();
    provider = await ScriptedUpstream.start();
    provider.on({ method: 'GET', path: '/v1/models' }, modelListing(['small']));
    provider.on({ method: 'POST' }, openaiChat());
    const add = ['keys', 'add', 'mine', '--name', 'first', '--base-url', provider.url];
    assert.equal((await from.run(add, { stdin: SECRET })).code, 0);
    ({ token } = await from.json<{ token: string }>(['virtual-keys', 'create', 'tool']));
    assert.equal((await from.run(['budgets', 'add', 'monthly', '100'])).code, 0);
    assert.equal((await from.run(['quotas', 'add', 'first', '1000'])).code, 0);
    assert.equal((await from.run(['models', 'alias', 'tiny', 'small'])).code, 0);
  });
  afterEach(async () => {
    await from.dispose();
    await to.dispose();
    await provider.stop();
  });

  async function exported(): Promise<string> {
    const file = from.folder.file('all.export');
    const { code, out, err } = await from.run(['export', file], { stdin: PASSPHRASE });
    assert.equal(code, 0, err);
    assert.match(out, /all\.export: 1 key and all else that is configured/);
    return file;
  }

  it('moves to another machine, where tools and keys work as before', async () => {
    const file = await exported();
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const text = readFileSync(file, 'utf8');
    for (const secret of [SECRET, token, 'first']) assert.ok(!text.includes(secret), 'nothing is in clear');
    const checked = await to.run(['import', file, '--check'], { stdin: PASSPHRASE });
    assert.match(checked.out, /^Would import 1 key, 1 virtual key, 1 budget, policies: 0\.$/m);
    const imported = await to.run(['import', file], { stdin: PASSPHRASE });
    assert.equal(imported.code, 0, imported.err);
    const { keys } = await to.json<{ keys: readonly KeyView[] }>(['keys', 'list']);
    assert.deepEqual(
      keys.map(({ name, state }) => [name, state]),
      [['first', 'available']],
    );
    for (const what of ['budgets', 'quotas']) {
      const lists = await Promise.all([from, to].map((cli) => cli.json<object>([what, 'list'])));
      assert.deepEqual(lists[1], lists[0], what);
    }
    assert.match((await to.run(['audit'])).out, /local +configuration\.import +configuration/);
    assert.match((await from.run(['audit'])).out, /local +configuration\.export +configuration/);
    const { port } = (await to.endpoint()) ?? {};
    const answer = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'tiny', messages: [{ role: 'user', content: 'Hi' }] }),
    });
    assert.equal(answer.status, 200);
    assert.equal(provider.requests.at(-1)?.key, SECRET);
  });

  it('changes nothing with a wrong passphrase, a file that was altered, or where something is configured', async () => {
    const file = await exported();
    const wrong = await to.run(['import', file], { stdin: 'another passphrase' });
    assert.equal(wrong.code, 1);
    assert.match(wrong.err, /The passphrase is another one, or the file was altered/);
    const altered = to.folder.file('altered');
    const { body, ...rest } = JSON.parse(readFileSync(file, 'utf8')) as { body: string };
    writeFileSync(altered, JSON.stringify({ ...rest, body: `AAAA${body.slice(4)}` }));
    assert.equal((await to.run(['import', altered], { stdin: PASSPHRASE })).code, 1);
    writeFileSync(altered, '{"port": 1}');
    assert.match(
      (await to.run(['import', altered], { stdin: PASSPHRASE })).err,
      /no file that "apikeyrouter export" made/,
    );
    assert.deepEqual((await to.json<{ keys: unknown[] }>(['keys', 'list'])).keys, []);

    const running = await to.run(['import', file], { stdin: PASSPHRASE });
    assert.match(running.err, /The daemon is running\. Stop it/);
    assert.equal((await to.run(['budgets', 'add', 'own', '5'])).code, 0);
    assert.equal((await to.run(['stop'])).code, 0);
    assert.match(
      (await to.run(['import', file], { stdin: PASSPHRASE })).err,
      /configured in .* already\. With --replace/,
    );
    const replaced = await to.run(['import', file, '--replace'], { stdin: PASSPHRASE });
    assert.equal(replaced.code, 0, replaced.err);
    assert.match(replaced.out, /^The former database is .*router\.db\.replaced-/m);
    const { budgets } = await to.json<{ budgets: readonly { name: string }[] }>(['budgets', 'list']);
    assert.deepEqual(
      budgets.map(({ name }) => name),
      ['monthly'],
    );
  });

  it('asks for a passphrase that is worth the name, and overwrites nothing', async () => {
    const file = from.folder.file('short.export');
    assert.match((await from.run(['export', file], { stdin: 'short' })).err, /at least 8 characters/);
    await exported();
    const again = await from.run(['export', from.folder.file('all.export')], { stdin: PASSPHRASE });
    assert.match(again.err, /There is already .*all\.export/);
  });
});
