import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { KeyringKeychain } from '../../../../server/adapters/keychain/keyring-keychain.ts';
import { createTempFolder, type TempFolder } from '../../../support/temp-folder.ts';

describe('KeyringKeychain', () => {
  let folder: TempFolder;
  beforeEach(async () => {
    folder = await createTempFolder();
  });
  afterEach(() => folder.remove());

  /** An addon with the same class, so that a desktop session is not needed. */
  function fakeAddon(body: string): string {
    const file = folder.file('addon.cjs');
    writeFileSync(file, `exports.Entry = class { constructor(...given) { this.given = given; } ${body} };`);
    return file;
  }

  it('passes service, account and secret to the addon, and answers with what it says', async () => {
    const kept = JSON.stringify(folder.file('kept'));
    const addon = fakeAddon(`
      setPassword(secret) { require('node:fs').writeFileSync(${kept}, JSON.stringify([...this.given, secret])); }
      getPassword() { return require('node:fs').readFileSync(${kept}, 'utf8'); }`);
    const keychain = new KeyringKeychain({ addon });
    assert.deepEqual(await keychain.write('me', 'ünder "quotes"'), { ok: true, value: null });
    assert.deepEqual(await keychain.read('me'), {
      ok: true,
      value: JSON.stringify(['apikeyrouter', 'me', { linux: { store: 'secret-service' } }, 'ünder "quotes"']),
    });
  });

  it('tells a missing entry from a keychain that fails', async () => {
    assert.deepEqual(
      await new KeyringKeychain({ addon: fakeAddon('getPassword() { return null; }') }).read('me'),
      {
        ok: true,
        value: null,
      },
    );
    const failing = new KeyringKeychain({ addon: fakeAddon('getPassword() { throw new Error("locked"); }') });
    assert.deepEqual(await failing.read('me'), { ok: false, message: 'locked' });
  });

  it('answers that there is no keychain when the addon is missing or crashes', async () => {
    const missing = await new KeyringKeychain({ addon: folder.file('nowhere.node') }).read('me');
    assert.equal(missing.ok, false);
    const crashing = new KeyringKeychain({
      addon: fakeAddon('getPassword() { process.kill(process.pid, 9); }'),
    });
    assert.equal((await crashing.read('me')).ok, false);
  });

  it('gives up on a secret service that accepts and never answers', async () => {
    const server = createServer();
    const socket = process.platform === 'win32' ? String.raw`\\.\pipe\akr-test-bus` : folder.file('bus');
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    try {
      // Only Linux has the service on a socket that a test can stand in for.
      const addon =
        process.platform === 'linux'
          ? createRequire(import.meta.url).resolve('@napi-rs/keyring')
          : fakeAddon('getPassword() { for (;;); }');
      const env = { ...process.env, DBUS_SESSION_BUS_ADDRESS: `unix:path=${socket}` };
      const answer = await new KeyringKeychain({ addon, env, timeoutMs: 500 }).read('me');
      assert.deepEqual(answer, { ok: false, message: 'It did not answer within 0.5 s.' });
    } finally {
      server.close();
    }
  });
});
