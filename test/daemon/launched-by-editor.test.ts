import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { launchDaemon } from '../../client/daemon/launch.ts';
import { locateDaemon } from '../../client/daemon/locate.ts';
import { eventually } from '../support/router-fixture.ts';
import { createTempFolder, type TempFolder } from '../support/temp-folder.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const START_MS = 15_000;
const MARK = '0123456789abcdef';
/** As in the environment of a VS Code that was started from a shell. */
const SECRETS = {
  OPENAI_API_KEY: `sk-simulated-${MARK}`,
  COPY_OF_IT: `sk-simulated-${MARK}`,
  ANTHROPIC_API_KEY_2: `sk-ant-simulated-${MARK}`,
  ANTHROPIC_AUTH_TOKEN: `token-${MARK}`,
  GEMINI_API_KEY: `AIza-${MARK}`,
  AZURE_OPENAI_KEY: `azure-${MARK}`,
};
const KEPT = { APIKEYROUTER_KEYCHAIN: 'off', APIKEYROUTER_MASTER_KEY: 'of the daemon itself' };

describe('a daemon that an editor launched', () => {
  let folder: TempFolder;
  let pid = 0;
  const before = { ...process.env };

  beforeEach(async () => {
    folder = await createTempFolder();
    Object.assign(process.env, SECRETS, KEPT);
    const bundleFolder = path.join(ROOT, 'dist');
    const launched = await launchDaemon({
      bundleFolder,
      dataFolder: folder.path,
      version: '0.1.0',
      port: 0,
      network: { proxy: '', noProxy: [], caFile: '' },
    });
    ({ pid } = launched);
    await eventually(async () => {
      const daemon = await locateDaemon(folder.path);
      daemon?.socket.destroy();
      assert.ok(daemon, await launched.readLog());
    }, START_MS);
  });

  afterEach(async () => {
    for (const name of Object.keys({ ...SECRETS, ...KEPT })) delete process.env[name];
    Object.assign(process.env, before);
    process.kill(pid, 'SIGTERM');
    await eventually(() => assert.throws(() => process.kill(pid, 0)), START_MS);
    await folder.remove();
  });

  it("has no provider's key in its environment, and keeps what is its own", () => {
    const shown = execFileSync('ps', ['eww', '-p', String(pid)], { encoding: 'utf8' });
    for (const [name, value] of Object.entries(KEPT)) assert.ok(shown.includes(`${name}=${value}`), name);
    for (const name of Object.keys(SECRETS)) assert.ok(!shown.includes(`${name}=`), name);
    assert.ok(!shown.includes(MARK));
  });

  it('has all its parts beside it, away from the folder of the extension', () => {
    const [runtime = ''] = readdirSync(folder.file('runtime'));
    const parts = readdirSync(folder.file('runtime', runtime));
    for (const part of [
      'checkpoint-worker.cjs',
      'report-worker.cjs',
      'policy-worker.cjs',
      'backup-worker.cjs',
    ]) {
      assert.ok(parts.includes(part), parts.join(', '));
    }
    const packed = readFileSync(path.join(ROOT, '.vscodeignore'), 'utf8');
    for (const part of parts) {
      assert.ok(part.endsWith('.node') || packed.includes(`!dist/${part}\n`), `${part} is not packed`);
    }
  });
});
