import assert from 'node:assert/strict';
import { EnvelopeVault } from '../../../../server/adapters/envelope/envelope-vault.ts';

const vaultOf = (fill: number) =>
  new EnvelopeVault({ key: new Uint8Array(32).fill(fill), sealing: 'memory' });
const internal = { name: 'RouterError', code: 'internal' };

describe('EnvelopeVault', () => {
  const vault = vaultOf(1);

  it('opens what it sealed, and never seals alike twice', () => {
    for (const secret of ['sk-proj-abc', '', 'schlüssel 🔑']) {
      assert.equal(vault.open('k1', vault.seal('k1', secret)), secret);
    }
    assert.notDeepEqual(vault.seal('k1', 'sk-proj-abc'), vault.seal('k1', 'sk-proj-abc'));
  });

  it('leaves nothing of the secret readable', () => {
    const sealed = Buffer.from(vault.seal('k1', 'sk-proj-abcdefgh'));
    assert.equal(sealed.includes('abcdefgh'), false);
  });

  it('refuses a byte altered anywhere, and a blob cut short', () => {
    const sealed = vault.seal('k1', 'sk-proj-abc');
    for (let index = 0; index < sealed.length; index += 1) {
      const altered = sealed.slice();
      altered[index] = (altered[index] ?? 0) ^ 1;
      assert.throws(() => vault.open('k1', altered), internal);
    }
    for (const length of [0, 1, 20, sealed.length - 1]) {
      assert.throws(() => vault.open('k1', sealed.slice(0, length)), internal);
    }
  });

  it("refuses another key's secret and another data key", () => {
    const sealed = vault.seal('k1', 'sk-proj-abc');
    assert.throws(() => vault.open('k2', sealed), internal);
    assert.throws(() => vaultOf(2).open('k1', sealed), internal);
  });

  it('does not say the secret in its errors', () => {
    const sealed = vault.seal('k1', 'sk-proj-abc');
    assert.throws(
      () => vault.open('k2', sealed),
      (error: Error) => !error.message.includes('sk-proj'),
    );
  });

  it('reveals a held secret until it is dropped', () => {
    vault.hold('k1', 'sk-proj-abc');
    assert.equal(vault.reveal('k1'), 'sk-proj-abc');
    vault.drop('k1');
    assert.equal(vault.reveal('k1'), undefined);
    assert.equal(vault.redact('sk-proj-abc'), 'sk-proj-abc');
  });

  it('redacts every held secret, also encoded, also one that contains another', () => {
    const redacting = vaultOf(3);
    redacting.hold('k1', 'secret/one+');
    redacting.hold('k2', 'secret/one+two"');
    redacting.hold('k3', 'EMPTY');
    assert.equal(
      redacting.redact('a secret/one+two" b secret/one+ c secret%2Fone%2B d secret/one+two\\" EMPTY'),
      'a [redacted] b [redacted] c [redacted] d [redacted] EMPTY',
    );
  });

  it('forgets the former secret after a rotation', () => {
    const rotating = vaultOf(4);
    rotating.hold('k1', 'former-secret');
    rotating.hold('k1', 'present-secret');
    assert.equal(rotating.redact('former-secret present-secret'), 'former-secret [redacted]');
  });

  it('wants a data key of 32 bytes', () => {
    assert.throws(() => new EnvelopeVault({ key: new Uint8Array(16), sealing: 'memory' }), internal);
  });
});
