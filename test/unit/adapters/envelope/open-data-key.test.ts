import assert from 'node:assert/strict';
import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { Keychain } from '../../../../server/adapters/envelope/keychain.ts';
import { type DataKeyOptions, openDataKey } from '../../../../server/adapters/envelope/open-data-key.ts';
import { createTempFolder, type TempFolder } from '../../../support/temp-folder.ts';

/** A keychain in memory. */
function memoryKeychain(): Keychain & { readonly entries: Map<string, string> } {
  const entries = new Map<string, string>();
  return {
    entries,
    read: async (account) => ({ ok: true, value: entries.get(account) ?? null }),
    write: async (account, secret) => {
      entries.set(account, secret);
      return { ok: true, value: null };
    },
  };
}

const locked = { ok: false, message: 'It is locked.' } as const;
const lockedKeychain: Keychain = { read: async () => locked, write: async () => locked };

describe('openDataKey', () => {
  let folder: TempFolder;
  beforeEach(async () => {
    folder = await createTempFolder();
  });
  afterEach(() => folder.remove());

  const open = (parts: Partial<DataKeyOptions> = {}) =>
    openDataKey({ folder: folder.file('data'), env: {}, keychain: lockedKeychain, ...parts });
  const refuses = (parts: Partial<DataKeyOptions>, message: RegExp) =>
    assert.rejects(open(parts), { name: 'RouterError', code: 'internal', message });
  const modeOf = (...names: string[]) => statSync(folder.file('data', ...names)).mode & 0o777;
  const MASTER = { APIKEYROUTER_MASTER_KEY: 'correct horse battery' };

  describe('in a file', () => {
    it('makes a key that only its owner may read, and finds it again', async () => {
      const first = await open();
      assert.equal(first.sealing, 'file');
      assert.equal(first.key.byteLength, 32);
      assert.deepEqual(Buffer.from((await open()).key), Buffer.from(first.key));
      assert.deepEqual([modeOf(), modeOf('vault.json'), modeOf('data-key')], [0o700, 0o600, 0o600]);
    });

    it('tightens a folder that others may enter', async () => {
      await open();
      chmodSync(folder.file('data'), 0o755);
      await open();
      assert.equal(modeOf(), 0o700);
    });

    it('says that the file is lost and makes no other key', async () => {
      await open();
      rmSync(folder.file('data', 'data-key'));
      await refuses({}, /data-key is gone.*Restore it from a backup/);
      await refuses({ env: MASTER }, /data-key is gone/);
      assert.throws(() => statSync(folder.file('data', 'data-key')), { code: 'ENOENT' });
    });

    it("recognises another folder's key, and a damaged one", async () => {
      await open();
      writeFileSync(folder.file('data', 'data-key'), Buffer.alloc(32, 7).toString('base64'));
      await refuses({}, /not the one that the stored secrets are sealed with/);
      writeFileSync(folder.file('data', 'data-key'), 'half');
      await refuses({}, /does not hold a data key/);
    });

    it('keeps a key of which the record is lost', async () => {
      const first = await open();
      rmSync(folder.file('data', 'vault.json'));
      assert.deepEqual(Buffer.from((await open()).key), Buffer.from(first.key));
    });
  });

  describe('under APIKEYROUTER_MASTER_KEY', () => {
    it('opens with the same value only, and stores neither value nor key', async () => {
      const first = await open({ env: MASTER });
      assert.equal(first.sealing, 'environment');
      assert.deepEqual(Buffer.from((await open({ env: MASTER })).key), Buffer.from(first.key));
      await refuses({ env: { APIKEYROUTER_MASTER_KEY: 'wrong' } }, /not the value .* Set the former value/);
      await refuses({}, /APIKEYROUTER_MASTER_KEY, which is not set/);
      const record = readFileSync(folder.file('data', 'vault.json'), 'utf8');
      assert.equal(record.includes('horse'), false);
      assert.equal(record.includes(Buffer.from(first.key).toString('base64')), false);
      assert.throws(() => statSync(folder.file('data', 'data-key')), { code: 'ENOENT' });
    }).timeout(10_000);

    it('does not replace a way that is recorded already', async () => {
      const first = await open();
      const second = await open({ env: MASTER });
      assert.equal(second.sealing, 'file');
      assert.deepEqual(Buffer.from(second.key), Buffer.from(first.key));
    });
  });

  describe('in the keychain', () => {
    it('is preferred to a file', async () => {
      const keychain = memoryKeychain();
      const first = await open({ keychain });
      assert.equal(first.sealing, 'keychain');
      assert.deepEqual(Buffer.from((await open({ keychain })).key), Buffer.from(first.key));
      assert.throws(() => statSync(folder.file('data', 'data-key')), { code: 'ENOENT' });
    });

    it('says so when it is locked, emptied or switched off later', async () => {
      const keychain = memoryKeychain();
      await open({ keychain });
      await refuses({ keychain: lockedKeychain }, /can't be read: It is locked\. Unlock the keychain/);
      await refuses({ keychain, env: { APIKEYROUTER_KEYCHAIN: 'off' } }, /Unset that variable/);
      keychain.entries.clear();
      await refuses({ keychain }, /has no data key under "apikeyrouter"/);
    });

    it('is left out where APIKEYROUTER_KEYCHAIN is off', async () => {
      const keychain = memoryKeychain();
      const { sealing } = await open({ keychain, env: { APIKEYROUTER_KEYCHAIN: 'off' } });
      assert.equal(sealing, 'file');
      assert.equal(keychain.entries.size, 0);
    });

    it('is not trusted if it forgets what it was given', async () => {
      const forgetful: Keychain = {
        read: async () => ({ ok: true, value: null }),
        write: async () => ({ ok: true, value: null }),
      };
      assert.equal((await open({ keychain: forgetful })).sealing, 'file');
    });
  });

  describe('with a record that is', () => {
    it('missing although secrets are stored: refuses', () =>
      refuses({ firstRun: 'refuse' }, /no vault\.json that says how they are sealed/));

    for (const [what, text] of [
      ['cut', '{"version": 1, "sea'],
      ['of a later version', '{"version": 2, "sealing": "file", "check": ""}'],
      ['of an unknown way', '{"version": 1, "sealing": "tpm", "check": ""}'],
      ['null', 'null'],
    ] as const) {
      it(`${what}: refuses`, async () => {
        await open();
        writeFileSync(folder.file('data', 'vault.json'), text);
        await refuses({}, /vault\.json/);
      });
    }
  });
});
