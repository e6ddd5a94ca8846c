import assert from 'node:assert/strict';
import { isPrivateAddress } from '../../../../server/core/webhooks/private-address.ts';
import { checkWebhookUrl } from '../../../../server/core/webhooks/webhook-url.ts';

describe('an address that a webhook leads to', () => {
  it('is private unless it is one of the internet', () => {
    for (const address of [
      '127.0.0.1',
      '0.0.0.0',
      '10.1.2.3',
      '100.64.0.1',
      '169.254.169.254',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '198.18.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '::',
      '::1',
      '::ffff:10.0.0.1',
      '::ffff:a9fe:a9fe',
      '64:ff9b::7f00:1',
      'fe80::1%eth0',
      'fd00::1',
      'ff02::1',
      '2001:db8::1',
      '2001::1',
      '2002:7f00:1::',
      'no address',
      '1::2::3',
    ]) {
      assert.equal(isPrivateAddress(address), true, address);
    }
    for (const address of [
      '1.1.1.1',
      '172.15.255.255',
      '172.32.0.1',
      '192.169.0.1',
      '223.255.255.255',
      '2606:4700:4700::1111',
      '::ffff:1.1.1.1',
      '64:ff9b::101:101',
      '2a00:1450:4001:82b::200e',
    ]) {
      assert.equal(isPrivateAddress(address), false, address);
    }
  });

  it('is refused when it is written down, however it is written', () => {
    for (const [url, message] of [
      ['nonsense', /needs a URL/],
      ['ftp://example.com/', /over https/],
      ['http://example.com/', /over https/],
      ['http://10.0.0.1/', /over https/],
      ['http://localhost.evil.example/', /over https/],
      ['https://user:pass@example.com/', /no name or password/],
      ['https://10.0.0.1/', /private address/],
      ['https://0xa000001/', /private address/],
      ['https://2852039166/latest', /169\.254\.169\.254 is a private address/],
      ['https://[::ffff:10.0.0.1]/', /private address/],
      ['https://[fd00::1]/', /private address/],
    ] as const) {
      assert.throws(() => checkWebhookUrl(url, false), message, url);
    }
    assert.equal(checkWebhookUrl('https://10.0.0.1/a?b#c', true), 'https://10.0.0.1/a?b');
    for (const url of [
      'http://127.0.0.1:8080/',
      'http://localhost/',
      'http://[::1]/',
      'https://example.com/x',
    ]) {
      assert.equal(checkWebhookUrl(url, false), url);
    }
    assert.throws(
      () => checkWebhookUrl('http://10.0.0.1/', true),
      /over https/,
      'plain http stays on this machine',
    );
  });
});
