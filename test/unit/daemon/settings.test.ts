import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { readSettings, type SettingSources } from '../../../server/daemon/settings/read-settings.ts';
import { findSettingsFile, parseSettings } from '../../../server/daemon/settings/settings-file.ts';
import { createTempFolder } from '../../support/temp-folder.ts';

describe('the settings of the daemon', () => {
  function read(sources: Partial<SettingSources> = {}) {
    return readSettings({ flags: {}, env: {}, file: null, ...sources });
  }

  const fileWith = (text: string) => parseSettings('/etc/akr.yaml', text);

  it('are the usual ones where nobody says anything', () => {
    assert.deepEqual(read(), {
      port: null,
      host: '127.0.0.1',
      allowedHosts: [],
      logLevel: 'info',
      log: null,
      store: 'sqlite',
      durability: 'normal',
      maxBody: 64 * 1024 * 1024,
      headTimeout: 600_000,
      idleTimeout: 300_000,
      keepRequests: 30 * 86_400_000,
      keepLedger: 400 * 86_400_000,
      maxRequests: 100_000,
      maxHistory: 1024 ** 3,
      recordBodies: 'off',
      metrics: 'token',
      otlp: false,
      importKeys: false,
      providerUrls: [],
      policies: null,
      caFile: null,
      virtualKeys: null,
      managementToken: null,
    });
  });

  it('are taken from flags, then the environment, then the file', () => {
    const file = fileWith('port: 1\nlog_level: warn\nstore: memory\n');
    const env = { APIKEYROUTER_PORT: '2', APIKEYROUTER_LOG_LEVEL: 'error', APIKEYROUTER_STORE: '' };
    const { port, logLevel, store } = read({ flags: { port: '3' }, env, file });
    assert.deepEqual({ port, logLevel, store }, { port: 3, logLevel: 'error', store: 'memory' });
  });

  it('may be lists in the file, or separated by commas', () => {
    const hosts = ['router.local', 'router'];
    assert.deepEqual(
      read({ file: fileWith('allowed_hosts:\n  - router.local\n  - router') }).allowedHosts,
      hosts,
    );
    assert.deepEqual(read({ file: fileWith('allowed_hosts: [router.local, router]') }).allowedHosts, hosts);
    assert.deepEqual(
      read({ env: { APIKEYROUTER_ALLOWED_HOSTS: 'router.local, router' } }).allowedHosts,
      hosts,
    );
  });

  it('say where each value comes from that can not be meant, all at once', () => {
    const sources = {
      flags: { port: '70000' },
      env: { APIKEYROUTER_HEAD_TIMEOUT: 'long', APIKEYROUTER_HOST: 'localhost' },
      file: fileWith('# mine\nlog_level: loud\nmax_body: 5\n'),
    };
    assert.throws(
      () => read(sources),
      (error: Error) => {
        assert.deepEqual(error.message.split('\n'), [
          '--port is "70000": it takes a whole number from 0 to 65535.',
          'APIKEYROUTER_HOST is "localhost": it takes 127.0.0.1, 0.0.0.0 or ::.',
          '/etc/akr.yaml, line 2: log_level is "loud": it takes debug, info, warn or error.',
          '/etc/akr.yaml, line 3: max_body is "5": it takes a size from 1MB to 1GB, such as 64MB.',
          'APIKEYROUTER_HEAD_TIMEOUT is "long": it takes a time from 1s to 1d, such as 90s, 10m, 1h or 30d.',
        ]);
        return true;
      },
    );
  });

  it('are refused in the file where they are secrets or unknown, without repeating a secret', () => {
    const token = 'akm-0123456789012345678901234567';
    const file = fileWith(`management_token: ${token}\nprot: 5`);
    assert.throws(
      () => read({ file }),
      (error: Error) => {
        assert.match(
          error.message,
          /line 1: management_token is a secret: set APIKEYROUTER_MANAGEMENT_TOKEN instead/,
        );
        assert.match(error.message, /line 2: there is no setting "prot"/);
        assert.ok(!error.message.includes(token));
        return true;
      },
    );
    assert.throws(
      () => read({ env: { APIKEYROUTER_VIRTUAL_KEYS: 'akr-short-secret' } }),
      (error: Error) =>
        /APIKEYROUTER_VIRTUAL_KEYS is not valid/.test(error.message) && !error.message.includes('short'),
    );
  });

  it('are read from the data folder, or from the file that is named', async () => {
    const folder = await createTempFolder();
    try {
      assert.equal(findSettingsFile(folder.path, undefined), null);
      await writeFile(folder.file('config.yaml'), 'port: 9000\n');
      assert.equal(read({ file: findSettingsFile(folder.path, undefined) }).port, 9000);
      await writeFile(folder.file('other.json'), '{"port": 9001}');
      assert.equal(read({ file: findSettingsFile(folder.path, folder.file('other.json')) }).port, 9001);
      assert.throws(
        () => findSettingsFile(folder.path, folder.file('missing.yaml')),
        /missing\.yaml can't be read/,
      );
    } finally {
      await folder.remove();
    }
  });

  it('are no file that does not parse, is no list of members, or nests them', () => {
    assert.throws(() => fileWith('port: ['), /\/etc\/akr\.yaml: .*line 1/);
    assert.throws(() => fileWith('- port'), /it is no list of settings/);
    assert.throws(() => fileWith('port: {number: 5}'), /line 1: port takes a value/);
    assert.throws(() => fileWith('port: 1\nport: 2'), /unique/);
    assert.equal(fileWith('# nothing\n').members.size, 0);
  });
});
