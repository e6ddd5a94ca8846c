import assert from 'node:assert/strict';
import { openDatabase } from '../../server/adapters/sqlite/open-database.ts';
import type { KeyView, ProviderView } from '../../shared/model/views.ts';
import { DaemonProcess } from '../support/daemon-process.ts';
import { freePort } from '../support/free-port.ts';
import { modelListing } from '../support/openai-answers.ts';
import { openaiInvalidKey } from '../support/provider-errors.ts';
import { RouterFixture, secretOf } from '../support/router-fixture.ts';
import { startingWith } from '../support/script.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';

describe('adding a key with a base URL', () => {
  let router: RouterFixture;
  let typo: ScriptedUpstream;

  beforeEach(async () => {
    router = await RouterFixture.start();
    typo = await ScriptedUpstream.start();
    typo.on({ method: 'GET', path: '/v1/models' }, openaiInvalidKey());
  });
  afterEach(async () => {
    await router.stop();
    await typo.stop();
  });

  const add = (providerId: string, secret: string, baseUrl?: string, name = 'first'): Promise<KeyView> =>
    router.daemon.api('POST', '/keys', {
      providerId,
      name,
      secret,
      ...(baseUrl === undefined ? {} : { baseUrl }),
    });
  const baseUrlOf = async (id: string): Promise<string | undefined> => {
    const { providers } = await router.daemon.api<{ providers: readonly ProviderView[] }>(
      'GET',
      '/providers',
    );
    return providers.find((provider) => provider.id === id)?.baseUrl;
  };

  it('keeps neither where the key is refused, so that the next key does not go to a mistyped host', async () => {
    await assert.rejects(add('openai', 'your-api-key', typo.url), /key_placeholder/);
    await assert.rejects(add('openai', 'sk-two words', typo.url), /no key has/);
    await assert.rejects(add('openai', secretOf('good'), typo.url), /key_refused/);
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    await assert.rejects(add('openai', secretOf('good'), nowhere), /provider_unreachable/);
    assert.equal(await baseUrlOf('openai'), router.openai.url);
    const asked = typo.requests.length;
    await add('openai', secretOf('good'));
    assert.equal(typo.requests.length, asked);
    assert.deepEqual(
      router.openai.requests.map(({ key }) => key),
      [secretOf('good')],
    );
  });

  it('makes no provider for a key that is refused', async () => {
    await assert.rejects(add('mine', secretOf('good'), typo.url), /key_refused/);
    assert.equal(await baseUrlOf('mine'), undefined);
    await assert.rejects(add('mine', secretOf('good')), /There is no provider .*mine/);
    await router.crash();
    assert.equal(await baseUrlOf('mine'), undefined);
  });

  it('keeps both where it is good, also over a crash', async () => {
    const { id } = await add('mine', secretOf('good'), router.openai.url);
    await router.crash();
    assert.equal(await baseUrlOf('mine'), router.openai.url);
    assert.deepEqual(
      (await router.keys()).map((key) => [key.id, key.providerId]),
      [[id, 'mine']],
    );
  });

  it('refuses the slower of two that point one new provider to different hosts', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const listing = startingWith(modelListing(['small']), { do: 'until', promise });
    router.openai.on({ method: 'GET', path: '/v1/models' }, listing);
    const other = await ScriptedUpstream.start();
    other.on({ method: 'GET', path: '/v1/models' }, modelListing(['small']));
    const slow = add('mine', secretOf('slow'), router.openai.url, 'slow');
    const refused = assert.rejects(slow, /mine.* has keys that belong to/);
    await router.openai.received(1);
    await add('mine', secretOf('quick'), other.url, 'quick');
    resolve();
    await refused;
    assert.equal(await baseUrlOf('mine'), other.url);
    await other.stop();
    assert.deepEqual(
      (await router.keys()).map(({ name }) => name),
      ['quick'],
    );
  });

  it('keeps one of many that come at the same moment', async () => {
    const asked = ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => add('openai', secretOf(letter)));
    const outcomes = await Promise.allSettled(asked);
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    assert.equal((await router.keys()).length, 1);
  });

  it('refuses a key whose provider was pointed elsewhere while it was checked', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const listing = startingWith(modelListing(['small']), { do: 'until', promise });
    router.openai.on({ method: 'GET', path: '/v1/models' }, listing);
    const refused = assert.rejects(add('openai', secretOf('good')), /pointed elsewhere meanwhile/);
    await router.openai.received(1);
    await router.daemon.api('POST', '/providers', { id: 'openai', kind: 'openai', baseUrl: typo.url });
    resolve();
    await refused;
    assert.deepEqual(await router.keys(), []);
  });
});

describe('adding a key that is here already', () => {
  let router: RouterFixture;

  beforeEach(async () => {
    router = await RouterFixture.start();
  });
  afterEach(() => router.stop());

  const disable = (id: string) => router.daemon.api('PATCH', `/keys/${id}`, { enabled: false });
  const again = (): Promise<KeyView> =>
    router.daemon.api('POST', '/keys', { providerId: 'openai', name: 'again', secret: secretOf('first') });

  it('is refused with the name of the one that has its secret', async () => {
    await router.addKey('openai', 'first');
    await assert.rejects(again(), /409 .*already here, as .{1,2}first.{1,2}\./);
  });

  it('is refused where that one is disabled, whose secret nobody holds, and says that it can be enabled', async () => {
    const { id } = await router.addKey('openai', 'first');
    await disable(id);
    const refused = /409 .*already here, as .{1,2}first.{1,2}, which is disabled\. Enable it/;
    await assert.rejects(again(), refused);
    await router.crash();
    await assert.rejects(again(), refused);
    assert.deepEqual(
      (await router.keys()).map(({ name, state }) => [name, state]),
      [['first', 'disabled']],
    );
  });

  it('is not taken for a disabled one whose stored secret is damaged', async () => {
    await disable((await router.addKey('openai', 'first')).id);
    await router.daemon.stop();
    const database = openDatabase({ file: router.folder.file('router.db'), busyTimeoutMs: 0 });
    database.exec('UPDATE secrets SET sealed = zeroblob(64)');
    database.close();
    router.daemon = await DaemonProcess.start(router.folder.path);
    assert.equal((await again()).state, 'available');
  });
});
