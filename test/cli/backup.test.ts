import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openDatabase } from '../../server/adapters/sqlite/open-database.ts';
import type { AuditEntry } from '../../server/core/ports/store.ts';
import type { BackupView, KeyView } from '../../shared/model/views.ts';
import { modelListing, openaiChat } from '../support/openai-answers.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';
import { Cli } from './cli.ts';

describe('backups on the command line', () => {
  let cli: Cli;
  let provider: ScriptedUpstream;

  beforeEach(async () => {
    cli = await Cli.create();
    provider = await ScriptedUpstream.start();
    provider.on({ method: 'GET', path: '/v1/models' }, modelListing(['small']));
    provider.on({ method: 'POST', path: '/v1/chat/completions' }, openaiChat());
  });
  afterEach(async () => {
    await cli.dispose();
    await provider.stop();
  });

  async function addKey(name: string): Promise<void> {
    const args = ['keys', 'add', 'mine', '--name', name, '--base-url', provider.url];
    assert.equal((await cli.run(args, { stdin: `sk-simulated-${name}-0123456789` })).code, 0);
  }

  async function keyNames(): Promise<readonly string[]> {
    const { keys } = await cli.json<{ keys: readonly KeyView[] }>(['keys', 'list']);
    return keys.map(({ name }) => name);
  }

  it('bring back what there was, with secrets and tokens that work', async () => {
    await addKey('first');
    const { token } = await cli.json<{ token: string }>(['virtual-keys', 'create', 'tool']);
    const file = cli.folder.file('copy.db');
    const { out, code } = await cli.run(['backup', file]);
    assert.equal(code, 0);
    assert.match(out, /open only with .*vault\.json and .*data-key/);
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(path.join(cli.data, 'backups')), []);
    await addKey('second');
    await cli.run(['keys', 'rm', 'first']);

    const running = await cli.run(['restore', file]);
    assert.equal(running.code, 1);
    assert.match(running.err, /The daemon is running\. Stop it/);
    await cli.run(['stop']);
    const restored = await cli.json<{ replaced: string; vaultMissing: boolean }>(['restore', file]);
    assert.equal(restored.vaultMissing, false);
    assert.ok(existsSync(restored.replaced), restored.replaced);
    assert.deepEqual(await keyNames(), ['first']);
    const answer = await fetch(`http://127.0.0.1:${cli.port}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'small', messages: [{ role: 'user', content: 'Hi' }] }),
    });
    assert.equal(answer.status, 200, await answer.text());

    // What was replaced is a whole database too.
    await cli.run(['stop']);
    await cli.json(['restore', restored.replaced]);
    assert.deepEqual(await keyNames(), ['second']);
  });

  it('are kept in the data folder where nothing is said, and written into the audit log', async () => {
    const made = await cli.json<BackupView>(['backup']);
    assert.equal(path.dirname(made.file), path.join(cli.data, 'backups'));
    assert.equal(statSync(made.file).size, made.bytes);
    const { entries } = await cli.json<{ entries: readonly AuditEntry[] }>(['audit']);
    assert.ok(
      entries.some(
        ({ action, actor, target }) => `${actor} ${action} ${target}` === `local backup.create ${made.file}`,
      ),
    );
  });

  it('are put into a folder under their own name, and never in the place of a file', async () => {
    const made = await cli.json<BackupView>(['backup', cli.folder.path]);
    assert.equal(path.dirname(made.file), cli.folder.path);
    const taken = await cli.run(['backup', made.file]);
    assert.equal(taken.code, 1);
    assert.match(taken.err, /There is already .*Nothing was overwritten/);
    assert.equal(statSync(made.file).size, made.bytes);
    const nowhere = await cli.run(['backup', cli.folder.file('no', 'such', 'folder.db')]);
    assert.match(nowhere.err, /There is no folder/);
    assert.deepEqual(readdirSync(path.join(cli.data, 'backups')), []);
  });

  it('are restored only if they are whole and of this program', async () => {
    await addKey('kept');
    const { file } = await cli.json<BackupView>(['backup']);
    await cli.run(['stop']);
    const wrong = cli.folder.file('wrong.db');
    const refused = async (pattern: RegExp): Promise<void> => {
      const { code, err } = await cli.run(['restore', wrong]);
      assert.equal(code, 1);
      assert.match(err, pattern);
      rmSync(wrong, { force: true });
    };
    await refused(/There is no file/);
    writeFileSync(wrong, 'This is a letter, long enough to be taken for one, and no database.'.repeat(50));
    await refused(/not a SQLite database/);
    openDatabase({ file: wrong, busyTimeoutMs: 0 }).exec('CREATE TABLE recipes (name TEXT)').close();
    await refused(/no database of API Key Router/);
    const bytes = readFileSync(file);
    writeFileSync(wrong, bytes.fill(0x55, 8192, 16_384));
    await refused(/damaged/);
    writeFileSync(wrong, readFileSync(file));
    openDatabase({ file: wrong, busyTimeoutMs: 0 })
      .exec("INSERT INTO migrations VALUES (900, 'from tomorrow', 'x', 1)")
      .close();
    await refused(/newer API Key Router/);
    writeFileSync(wrong, readFileSync(file));
    writeFileSync(`${wrong}-wal`, 'the newest part');
    await refused(/copied while it was in use/);
    assert.deepEqual(await keyNames(), ['kept']);
  });

  it('say that they are of no use without the data key', async () => {
    await addKey('sealed');
    const { file } = await cli.json<BackupView>(['backup', cli.folder.file('copy.db')]);
    const other = { env: { APIKEYROUTER_HOME: cli.folder.file('other') } };
    const { out, code } = await cli.run(['restore', file], other);
    assert.equal(code, 0);
    assert.match(out, /can't be opened yet: put the vault\.json that belongs to it into/);
    assert.ok(!out.includes('The former database'));
  });
});
