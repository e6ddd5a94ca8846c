import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Trace } from '../../shared/model/trace.ts';
import type { KeyView } from '../../shared/model/views.ts';
import { ConnectProxy } from '../support/connect-proxy.ts';
import { DaemonProcess } from '../support/daemon-process.ts';
import { OWN_AUTHORITY } from '../support/own-authority.ts';
import { eventually } from '../support/router-fixture.ts';
import { createTempFolder, type TempFolder } from '../support/temp-folder.ts';

const LISTING = { object: 'list', data: [{ id: 'model', object: 'model' }] };
const ANSWER = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: 'model',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Grüße' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
};

/** A provider that only a proxy can find, with a certificate of an authority that no runtime knows. */
describe("a company's network", () => {
  let folder: TempFolder;
  let server: https.Server;
  let usual: ConnectProxy;
  let own: ConnectProxy;
  let daemon: DaemonProcess;

  before(async () => {
    folder = await createTempFolder();
    server = https.createServer(OWN_AUTHORITY, (request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(request.method === 'GET' ? LISTING : ANSWER));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const hosts = { 'provider.test': port, 'own.provider.test': port };
    usual = await ConnectProxy.start({ hosts, credentials: 'ann:secret' });
    own = await ConnectProxy.start({ hosts });
    const file = path.join(folder.path, 'authority.pem');
    await writeFile(file, OWN_AUTHORITY.authority);
    // As the editor passes its settings "http.proxy", "http.noProxy" and "apikeyrouter.caFile".
    daemon = await DaemonProcess.start(path.join(folder.path, 'home'), undefined, {
      https_proxy: usual.url,
      no_proxy: 'outside.test',
      APIKEYROUTER_CA_FILE: file,
    });
  });
  after(async () => {
    await daemon.stop();
    await usual.stop();
    server.closeAllConnections();
    server.close();
    await folder.remove();
  });

  function add(name: string, baseUrl: string, more: object = {}): Promise<KeyView> {
    const secret = `secret-of-${name}`;
    return daemon.api<KeyView>('POST', '/keys', { providerId: name, name, secret, baseUrl, ...more });
  }

  async function ask(model: string): Promise<number> {
    const { token } = await daemon.api<{ token: string }>('POST', '/virtual-keys', { name: model });
    const response = await fetch(`${daemon.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hi' }] }),
    });
    assert.match(await response.text(), /Grüße/);
    return response.status;
  }

  it('is passed through its proxy, with its authority trusted', async () => {
    await add('usual', 'https://provider.test');
    assert.equal(await ask('usual/model'), 200);
    assert.deepEqual([...new Set(usual.asked)], ['provider.test:443']);
  });

  it("is left by a key's own proxy", async () => {
    const before = usual.asked.length;
    await add('own', 'https://own.provider.test', { metadata: { proxy: own.url } });
    assert.equal(await ask('own/model'), 200);
    assert.deepEqual([...new Set(own.asked)], ['own.provider.test:443']);
    assert.equal(usual.asked.length, before);
  });

  it('is explained where it stands in the way', async () => {
    const refused = await failureOf(add('refused', 'https://unknown.test'));
    assert.match(
      refused,
      /The proxy 127\.0\.0\.1:\d+ made no connection to unknown\.test \(it answered 502\)\. Check HTTPS_PROXY/,
    );
    const unresolved = await failureOf(add('unresolved', 'https://outside.test'));
    assert.match(
      unresolved,
      /The host name outside\.test could not be resolved \((?:ENOTFOUND|EAI_AGAIN)\)\. Check the base URL/,
    );
    assert.ok(!refused.includes('secret'), 'neither the key nor the password of the proxy');
  });

  it('costs nothing where a proxy let nothing through', async () => {
    await own.stop();
    const { token } = await daemon.api<{ token: string }>('POST', '/virtual-keys', { name: 'stopped' });
    const response = await fetch(`${daemon.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'own/model', messages: [{ role: 'user', content: 'Hi' }] }),
    });
    assert.match(
      await response.text(),
      /The proxy 127\.0\.0\.1:\d+ made no connection to own\.provider\.test/,
    );
    const trace = await eventually(() =>
      daemon.api<Trace>('GET', `/requests/${response.headers.get('x-request-id')}`),
    );
    assert.deepEqual([...new Set(trace.attempts.map(({ costBasis }) => costBasis))], ['not_billed']);
  });
});

/** What an action failed with. */
async function failureOf(action: Promise<unknown>): Promise<string> {
  try {
    await action;
  } catch (error) {
    return String(error);
  }
  return assert.fail('it did not fail');
}
