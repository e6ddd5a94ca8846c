import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { VirtualKeyView } from '../../shared/model/views.ts';
import { foreignListener } from '../support/foreign-listener.ts';
import { modelListing, openaiChat } from '../support/openai-answers.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';
import { Cli } from './cli.ts';

interface Connected {
  readonly result: string;
  readonly virtualKeyId: string;
  readonly files: readonly string[];
  readonly steps: readonly { readonly text: string; readonly value?: string }[];
}

/** With a comment, odd indentation and a key of the user's own. */
const AIDER = 'model:   gpt-5 # mine\r\nopenai-api-key: sk-proj-mine\r\n\r\n# the end\r\n';

describe('connecting tools on the command line', () => {
  let cli: Cli;

  beforeEach(async () => {
    cli = await Cli.create();
  });
  afterEach(() => cli.dispose());

  async function keys(): Promise<readonly VirtualKeyView[]> {
    return (await cli.json<{ virtualKeys: readonly VirtualKeyView[] }>(['virtual-keys', 'list'])).virtualKeys;
  }

  function models(token: string): Promise<Response> {
    return fetch(`http://127.0.0.1:${cli.port}/v1/models`, { headers: { 'x-api-key': token } });
  }

  it('lists the tools, and says which are here and which are connected, without a daemon', async () => {
    await mkdir(cli.folder.file('.codex'));
    const { code, out } = await cli.run(['connect']);
    assert.equal(code, 0);
    assert.match(out, /^TOOL +NAME +FOUND HERE$/m);
    assert.match(out, /^codex +Codex +yes$/m);
    assert.match(out, /^zed +Zed +no$/m);
    assert.equal(await cli.endpoint(), null);
    await cli.run(['connect', 'codex']);
    assert.match((await cli.run(['connect'])).out, /^codex +Codex +yes +connected +all projects$/m);
    await writeFile(cli.folder.file('.codex', 'config.toml'), '');
    assert.match((await cli.run(['connect'])).out, /^codex +Codex +yes +changed +all projects$/m);
    const { tools } = await cli.json<{ tools: readonly { id: string; connections: readonly object[] }[] }>([
      'connect',
    ]);
    assert.deepEqual(tools.find(({ id }) => id === 'codex')?.connections, [
      { project: null, url: `http://127.0.0.1:${cli.port}`, state: 'changed' },
    ]);
  });

  it('connects one, twice without a change, and disconnects it with every byte and its key gone', async () => {
    const file = cli.folder.file('.aider.conf.yml');
    await writeFile(file, AIDER);
    const first = await cli.run(['connect', 'aider', '--model', 'gpt-5']);
    assert.equal(first.code, 0, first.err);
    assert.match(first.out, /^Aider is connected: it sends its requests to http:\/\/127\.0\.0\.1:\d+\.$/m);
    assert.match(first.out, /^ {2}replaced openai-api-key; "disconnect" brings it back$/m);
    assert.match(first.out, /Undo it with "apikeyrouter disconnect aider"\.$/m);
    const written = await readFile(file, 'utf8');
    const token = /akr-[\w-]+/.exec(written)?.[0] ?? '';
    assert.match(written, /^model: {1,3}"openai\/gpt-5" # mine\r$/m);
    assert.ok(!first.out.includes(token), 'the key is in the file only');
    assert.equal((await models(token)).status, 200);
    const [key, ...others] = await keys();
    assert.deepEqual([key?.name, key?.tool, key?.project], ['aider', 'aider', null]);
    assert.deepEqual(others, []);

    const again = await cli.run(['connect', 'aider', '--model', 'gpt-5']);
    assert.match(again.out, /^Aider is connected already\. Nothing was changed\.$/m);
    assert.equal(await readFile(file, 'utf8'), written);
    assert.equal((await keys()).length, 1);

    const { code, out } = await cli.run(['disconnect', 'aider']);
    assert.equal(code, 0);
    assert.match(out, /^Aider is disconnected, and its key is revoked\.$/m);
    assert.match(out, /\.aider\.conf\.yml is as it was, byte for byte$/m);
    assert.equal(await readFile(file, 'utf8'), AIDER);
    assert.equal((await models(token)).status, 401);
    const gone = await cli.run(['disconnect', 'aider']);
    assert.equal(gone.code, 1);
    assert.match(gone.err, /^error: Aider is not connected\.$/m);
  });

  it('keeps what somebody changed in between, and names what it left', async () => {
    const file = cli.folder.file('.aider.conf.yml');
    await writeFile(file, AIDER);
    await cli.run(['connect', 'aider']);
    const written = await readFile(file, 'utf8');
    await writeFile(
      file,
      written.replace(/^openai-api-base.*$/m, 'openai-api-base: http://other/v1\r\ndark-mode: true'),
    );
    const { out } = await cli.run(['disconnect', 'aider']);
    assert.match(out, /had been changed since: only what "connect" wrote was taken back$/m);
    assert.match(out, /^ {4}openai-api-base was changed since, and stays$/m);
    const left = await readFile(file, 'utf8');
    assert.match(left, /^dark-mode: true$/m);
    assert.match(left, /^openai-api-key: sk-proj-mine\r$/m);
  });

  it('gives each project a key of its own', async () => {
    const project = cli.folder.file('my work');
    await mkdir(project);
    await cli.run(['connect', 'claude-code']);
    const connected = await cli.json<Connected>(['connect', 'claude-code', '--project', 'my work']);
    assert.deepEqual(connected.files, [path.join(project, '.claude', 'settings.local.json')]);
    assert.deepEqual(
      (await keys()).map(({ name, project: of }) => [name, of]),
      [
        ['claude-code', null],
        ['claude-code (my work)', 'my work'],
      ],
    );
    await cli.run(['disconnect', 'claude-code']);
    const { err } = await cli.run(['disconnect', 'claude-code']);
    assert.ok(err.includes(`There is "apikeyrouter disconnect claude-code --project "${project}"".`), err);
    assert.equal((await cli.run(['disconnect', 'claude-code', '--project', project])).code, 0);
    assert.ok(!existsSync(path.join(project, '.claude')));
  });

  it('makes a new key in the place of one that was revoked', async () => {
    const first = await cli.json<Connected>(['connect', 'codex']);
    await cli.run(['virtual-keys', 'revoke', first.virtualKeyId]);
    const second = await cli.json<Connected>(['connect', 'codex']);
    assert.equal(second.result, 'connected');
    const config = await readFile(cli.folder.file('.codex', 'config.toml'), 'utf8');
    assert.equal((await models(/akr-[\w-]+/.exec(config)?.[0] ?? '')).status, 200);
    await cli.run(['disconnect', 'codex']);
    assert.ok(!existsSync(cli.folder.file('.codex')));
  });

  it('revokes the new key where a tool can not be connected', async () => {
    await mkdir(cli.folder.file('.claude'));
    await writeFile(cli.folder.file('.claude', 'settings.json'), '{ broken');
    const broken = await cli.run(['connect', 'claude-code']);
    assert.equal(broken.code, 1);
    assert.match(broken.err, /settings\.json was left as it was\. Line 1 is not valid JSON/);
    const unlisted = await cli.run(['connect', 'opencode']);
    assert.match(unlisted.err, /the router lists none yet\. Add a key first/);
    assert.ok((await keys()).every((key) => key.revokedAt !== null));
    assert.match(
      (await cli.run(['connect', 'codex', '--project', '.'])).err,
      /can't be connected for one project/,
    );
    assert.match((await cli.run(['connect', 'codex', '--project', 'no'])).err, /There is no folder/);
    assert.match((await cli.run(['connect', 'emacs'])).err, /There is no tool "emacs"\. Known: claude-code,/);
  });

  it('says what is to be pasted where no file reaches, and shows the key once', async () => {
    const { out } = await cli.run(['connect', 'cline', '--model', 'gpt-5']);
    assert.match(out, /^A key for Cline was made\.$/m);
    assert.match(out, /^2\. Base URL: http:\/\/127\.0\.0\.1:\d+\/v1$/m);
    const token = /^3\. API Key: (akr-[\w-]+)$/m.exec(out)?.[1] ?? '';
    assert.match(out, /^4\. Model ID: gpt-5$/m);
    assert.equal((await models(token)).status, 200);
    const again = await cli.run(['connect', 'cline', '--model', 'gpt-5']);
    assert.match(again.out, /Only Cline knows its key\. For a new one, disconnect and connect again\.$/m);
    assert.ok(!again.out.includes(token));
    const { out: end } = await cli.run(['disconnect', 'cline']);
    assert.match(end, /Remove the key and the address from Cline too: only you can\.$/m);
    assert.equal((await models(token)).status, 401);
  });

  it('shows what would be written, and does nothing', async () => {
    const { code, out } = await cli.run(['connect', 'codex', '--model', 'gpt-5', '--print']);
    assert.equal(code, 0);
    assert.match(out, /^# .*config\.toml$/m);
    assert.match(out, /^\[model_providers\.apikeyrouter\]$/m);
    assert.match(out, /^experimental_bearer_token = "akr-YOUR-VIRTUAL-KEY"$/m);
    assert.match(out, /^Nothing was changed\./m);
    assert.ok(!existsSync(cli.folder.file('.codex')));
    assert.equal(await cli.endpoint(), null);
  });

  describe('and verifying them', () => {
    let provider: ScriptedUpstream;

    beforeEach(async () => {
      provider = await ScriptedUpstream.start();
      provider.on({ path: '/v1/models' }, modelListing(['gpt-5', 'gpt-5-nano', 'text-embedding-3-small']));
    });
    afterEach(() => provider.stop());

    async function addKey(): Promise<void> {
      const args = ['keys', 'add', 'mine', '--base-url', provider.url];
      assert.equal((await cli.run(args, { stdin: 'sk-simulated-0123456789' })).code, 0);
    }

    it('proves the listener and makes a tiny call', async () => {
      await addKey();
      provider.on({ path: '/v1/chat/completions' }, openaiChat());
      const { code, out } = await cli.run(['connect', 'aider', '--verify']);
      assert.equal(code, 0, out);
      assert.match(out, /^http:\/\/127\.0\.0\.1:\d+ is this daemon \(process \d+\)\.$/m);
      assert.match(out, /^Its key is good, and may use \d+ models\.$/m);
      assert.match(out, /^gpt-5-nano answered through openai-chat\.$/m);
      const asked = provider.requests.filter((request) => request.path === '/v1/chat/completions');
      assert.equal(asked.length, 1);
      assert.equal(asked[0]?.json?.['max_completion_tokens'], 16);
    });

    it('says what went wrong, and fails', async () => {
      await addKey();
      const { code, out } = await cli.run(['connect', 'aider', '--verify', '--model', 'other']);
      assert.equal(code, 1);
      assert.match(out, /^other did not answer: .*other/m);
    });

    it('says where there is no key to ask with yet', async () => {
      const { code, out } = await cli.run(['connect', 'codex', '--verify']);
      assert.equal(code, 0);
      assert.match(out, /^No provider key lists a model yet, so none was asked\. Add one/m);
    });

    it('shows the key to nobody else who listens on the port', async () => {
      await cli.run(['connect', 'codex']);
      const endpoint = await cli.endpoint();
      await cli.run(['stop']);
      const foreign = await foreignListener(endpoint?.port ?? 0);
      const { code, err } = await cli.run(['connect', 'codex', '--verify']);
      const seen = foreign.received();
      await foreign.stop();
      assert.equal(code, 1);
      assert.match(err, /Port \d+ is taken by/);
      assert.ok(!seen.includes('akr-'));
    });
  });

  it('prints exports for a shell, with one key however often it is asked', async () => {
    const first = await cli.run(['env'], { env: { SHELL: '/bin/bash' } });
    assert.equal(first.code, 0);
    assert.match(first.out, /^export OPENAI_BASE_URL='http:\/\/127\.0\.0\.1:\d+\/v1'$/m);
    assert.match(first.out, /^export ANTHROPIC_BASE_URL='http:\/\/127\.0\.0\.1:\d+'$/m);
    const token = /^export OPENAI_API_KEY='(akr-[\w-]+)'$/m.exec(first.out)?.[1] ?? '';
    assert.equal((await models(token)).status, 200);
    assert.equal((await cli.run(['env', '--shell', 'bash'])).out, first.out);
    const fish = await cli.run(['env', 'claude-code', '--shell', 'fish']);
    assert.match(fish.out, /^set -gx ANTHROPIC_AUTH_TOKEN 'akr-[\w-]+'$/m);
    assert.ok(!fish.out.includes(token));
    assert.deepEqual(
      (await keys()).map(({ name, tool }) => [name, tool]),
      [
        ['env', 'shell'],
        ['env-claude-code', 'claude-code'],
      ],
    );
    const { code, err } = await cli.run(['env', 'codex']);
    assert.equal(code, 1);
    assert.match(err, /Codex reads no such variables\. Use "apikeyrouter connect codex"/);
  });
});
