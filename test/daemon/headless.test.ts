import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import type { KeyView } from '../../shared/model/views.ts';
import { DaemonProcess } from '../support/daemon-process.ts';
import { modelListing, openaiChat } from '../support/openai-answers.ts';
import { openaiInvalidKey } from '../support/provider-errors.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';
import { createTempFolder, type TempFolder } from '../support/temp-folder.ts';

const BUNDLE = path.join(import.meta.dirname, '..', '..', 'dist', 'daemon.cjs');
const GOOD = 'sk-simulated-good-0123456789abcdef';
const WRONG = 'sk-simulated-wrong-0123456789abcdef';
const VIRTUAL_KEY = 'akr-configured-0123456789abcdef';
const TOKEN = 'akm-configured-0123456789abcdef';
const CHAT = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }], max_tokens: 5 };

describe('a daemon that is configured by its environment alone', () => {
  let folder: TempFolder;
  let provider: ScriptedUpstream;
  let env: Record<string, string>;

  beforeEach(async () => {
    folder = await createTempFolder();
    provider = await ScriptedUpstream.start();
    provider.on({ method: 'POST' }, openaiChat());
    provider.on({ method: 'GET', path: '/v1/models' }, modelListing(['gpt-4o']));
    provider.on({ key: WRONG }, openaiInvalidKey());
    env = {
      OPENAI_API_KEY: GOOD,
      OPENAI_API_KEY_2: WRONG,
      APIKEYROUTER_PROVIDER_URLS: `openai=${provider.url}`,
      APIKEYROUTER_IMPORT_KEYS: 'true',
      APIKEYROUTER_STORE: 'memory',
      APIKEYROUTER_VIRTUAL_KEYS: VIRTUAL_KEY,
      APIKEYROUTER_MANAGEMENT_TOKEN: TOKEN,
    };
  });
  afterEach(async () => {
    await provider.stop();
    await folder.remove();
  });

  function chat(daemon: DaemonProcess): Promise<Response> {
    return fetch(`${daemon.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${VIRTUAL_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(CHAT),
    });
  }

  it('serves with its keys and tokens from the first request on, and leaves nothing on the disk', async () => {
    const daemon = await DaemonProcess.start(folder.path, undefined, env);
    try {
      assert.equal(daemon.endpoint.managementToken, TOKEN);
      assert.equal((await chat(daemon)).status, 200);
      const { keys } = await daemon.api<{ keys: readonly KeyView[] }>('GET', '/keys');
      assert.deepEqual(
        keys.map(({ name, state }) => [name, state]),
        [['openai-api-key', 'available']],
      );
      const { virtualKeys } = await daemon.api<{
        virtualKeys: readonly { name: string; spentNano: number }[];
      }>('GET', '/virtual-keys');
      assert.deepEqual(
        virtualKeys.map(({ name }) => name),
        ['configured-1'],
      );
      assert.ok((virtualKeys[0]?.spentNano ?? 0) > 0);
      assert.ok(!existsSync(folder.file('router.db')));
      assert.ok(!readdirSync(folder.path).some((file) => file.startsWith('vault')));
    } finally {
      await daemon.stop();
    }
  });

  it('takes in a key whose provider can not be asked, and takes it in once where keys are stored', async () => {
    const stored = { ...env, APIKEYROUTER_STORE: 'sqlite' };
    provider.on({ method: 'GET', path: '/v1/models' }, { status: 503, headers: {}, steps: [] });
    for (let start = 0; start < 2; start++) {
      const daemon = await DaemonProcess.start(folder.path, undefined, stored);
      assert.equal(daemon.output.includes(GOOD), false);
      const { keys } = await daemon.api<{ keys: readonly KeyView[] }>('GET', '/keys');
      assert.equal(keys.filter(({ name }) => name === 'openai-api-key').length, 1);
      assert.equal((await chat(daemon)).status, 200);
      await daemon.stop();
    }
  });

  it('holds the policies of its file, and does not start with one that is not valid', async () => {
    const file = folder.file('policies.yaml');
    const policy = (action: string): string =>
      `version: 1\npolicies:\n  - { name: p, type: routing, scope: { global: true }, rules: [{ action: ${action}, models: ['gpt-*'] }] }\n`;
    await writeFile(file, policy('deny_models'));
    const daemon = await DaemonProcess.start(folder.path, undefined, { ...env, APIKEYROUTER_POLICIES: file });
    try {
      assert.equal((await chat(daemon)).status, 403);
    } finally {
      await daemon.stop();
    }
    await writeFile(file, policy('deny_everything'));
    const { code, said } = await failedStart({ APIKEYROUTER_POLICIES: file });
    assert.equal(code, 1);
    assert.match(said, /policies\.yaml, line 3: "deny_everything" is no value of "action"/);
  });

  it('does not start with a value that can not be meant, and says where it is from', async () => {
    await writeFile(folder.file('config.yaml'), 'log_level: loud\n');
    const { code, said } = await failedStart({ APIKEYROUTER_PORT: 'many' });
    assert.equal(code, 1);
    assert.match(said, /^APIKEYROUTER_PORT is "many": it takes a whole number/m);
    assert.match(said, /config\.yaml, line 1: log_level is "loud"/);
  });

  async function failedStart(more: Record<string, string>): Promise<{ code: number | null; said: string }> {
    const child = spawn(process.execPath, [BUNDLE, '--home', folder.path], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env['PATH'], ...env, ...more },
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, said };
  }

  it('answers to the names that are allowed, and shows its metrics to everybody if told so', async () => {
    const more = {
      APIKEYROUTER_ALLOWED_HOSTS: 'router.internal',
      APIKEYROUTER_METRICS: 'open',
      APIKEYROUTER_HOST: '0.0.0.0',
    };
    const daemon = await DaemonProcess.start(folder.path, undefined, { ...env, ...more });
    const asked = (host: string, route: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const { port } = daemon.endpoint;
        const request = http.get({ host: '127.0.0.1', port, path: route, headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        request.on('error', reject);
      });
    try {
      assert.equal(await asked('router.internal:9999', '/health'), 200);
      assert.equal(await asked('evil.example', '/health'), 403);
      assert.equal(await asked('localhost:80', '/health'), 200);
      assert.equal(await asked('router.internal', '/metrics'), 200);
      assert.equal(await asked('router.internal', '/api/v1/keys'), 401);
    } finally {
      await daemon.stop();
    }
  });
});
