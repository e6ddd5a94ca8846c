import assert from 'node:assert/strict';
import type { WebhookDelivery, WebhookView } from '../../shared/model/webhooks.ts';
import { openaiChat } from '../support/openai-answers.ts';
import { openaiInvalidKey } from '../support/provider-errors.ts';
import { eventually, RouterFixture } from '../support/router-fixture.ts';
import { jsonReply } from '../support/script.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';
import { type ReceivedMessage, verifyWebhook } from '../support/verify-webhook.ts';

const PROMPT = 'a prompt that nobody else may read';
const CHAT = { model: 'gpt-4o', max_tokens: 100, messages: [{ role: 'user', content: PROMPT }] };

describe('webhooks', () => {
  let router: RouterFixture;
  let receiver: ScriptedUpstream;

  beforeEach(async () => {
    router = await RouterFixture.start();
    receiver = await ScriptedUpstream.start();
    receiver.on({ method: 'POST' }, jsonReply(200, {}));
    await router.addKey('openai', 'first');
    router.openai.on({ method: 'POST' }, openaiChat({ usage: { inputTokens: 20, outputTokens: 100 } }));
  });
  afterEach(async () => {
    await router.stop();
    await receiver.stop();
  });

  const add = (input: object = {}): Promise<{ webhook: WebhookView; secret: string }> =>
    router.daemon.api('POST', '/webhooks', { name: 'chat', url: receiver.url, ...input });
  const list = async (): Promise<readonly WebhookView[]> =>
    (await router.daemon.api<{ webhooks: readonly WebhookView[] }>('GET', '/webhooks')).webhooks;
  const chat = async (): Promise<number> => {
    const answer = await router.post('/v1/chat/completions', CHAT);
    await answer.text();
    return answer.status;
  };
  const message = async (secret: string, number: number): Promise<ReceivedMessage> =>
    verifyWebhook(secret, await receiver.received(number));

  it('tell of a threshold and of the first refusal of a budget, without prompts', async () => {
    const { secret } = await add({ events: ['budget.threshold', 'budget.exceeded'] });
    const budget = await router.daemon.api<{ id: string }>('POST', '/budgets', {
      name: 'daily',
      limitUsd: 0.0025,
      window: 'day',
      alertThresholds: [0.4],
    });
    assert.equal(await chat(), 200);
    const reached = await message(secret, 1);
    assert.equal(reached.type, 'budget.threshold');
    assert.deepEqual(reached.data, {
      budgetId: budget.id,
      name: 'daily',
      threshold: 0.4,
      spentNano: 1_050_000,
      limitNano: 2_500_000,
    });
    let status = await chat();
    while (status === 200) status = await chat();
    assert.equal(status, 402);
    const exceeded = await message(secret, 2);
    assert.equal(exceeded.type, 'budget.exceeded');
    assert.equal(exceeded.data['budgetId'], budget.id);
    assert.equal(await chat(), 402);
    await router.daemon.api('POST', '/webhooks/chat/test');
    assert.deepEqual(
      receiver.requests.map(({ json }) => json?.['type']),
      ['budget.threshold', 'budget.exceeded', 'webhook.test'],
      'a second refusal is no news',
    );
    assert.ok(!receiver.requests.some(({ body }) => body.includes(PROMPT)));
  });

  it('tell of a key that the provider refused, also after a restart, and again after a failure', async () => {
    const { webhook, secret } = await add({ events: ['key.invalid'] });
    await router.crash();
    assert.deepEqual(
      (await list()).map(({ id, name, events }) => [id, name, events]),
      [[webhook.id, 'chat', ['key.invalid']]],
    );
    receiver.on({ method: 'POST' }, jsonReply(500, {}), jsonReply(200, {}));
    router.openai.on({ method: 'POST' }, openaiInvalidKey());
    assert.notEqual(await chat(), 200);
    const first = await message(secret, 1);
    const [key] = await router.keys();
    assert.deepEqual(
      [first.type, first.data],
      ['key.invalid', { keys: [{ id: key?.id, name: 'first', providerId: 'openai' }] }],
    );
    assert.equal((await message(secret, 2)).id, first.id);
    await eventually(async () => {
      const [view] = await list();
      assert.deepEqual([view?.lastDelivery?.outcome, view?.lastDelivery?.attempts], ['delivered', 2]);
    });
  });

  it('show how a delivery went, and tell nothing while they are switched off', async () => {
    receiver.on({ method: 'POST' }, jsonReply(302, {}, { headers: { location: router.daemon.url } }));
    const { webhook } = await add();
    const tried = await router.daemon.api<WebhookDelivery>('POST', `/webhooks/${webhook.id}/test`);
    assert.deepEqual([tried.outcome, tried.status], ['failed', 302]);
    assert.deepEqual((await list())[0]?.lastDelivery, tried);
    assert.equal((await list())[0]?.failedInRow, 1);
    await router.daemon.api('PATCH', '/webhooks/chat', { enabled: false });
    router.openai.on({ method: 'POST' }, openaiInvalidKey());
    await chat();
    await eventually(async () => assert.equal((await router.keys())[0]?.state, 'invalid'));
    assert.equal(receiver.requests.length, 1);
  });

  it('are refused where they must not lead, and show their secret only once', async () => {
    for (const [input, wanted] of [
      [{ url: 'http://example.com/' }, /over https/],
      [{ url: 'https://192.168.0.1/' }, /private address/],
      [{ secret: 'whsec_short' }, /24 to 64 bytes/],
      [{ events: ['everything'] }, /events/],
    ] as const) {
      await assert.rejects(add(input), wanted);
    }
    const { secret } = await add();
    assert.match(secret, /^whsec_/);
    await assert.rejects(add(), /already a webhook named/);
    await router.daemon.api('DELETE', '/webhooks/chat');
    assert.deepEqual(await list(), []);
    const audit = JSON.stringify(await router.daemon.api('GET', '/audit'));
    assert.match(audit, /webhook\.remove.*webhook\.create/);
    assert.ok(!audit.includes(secret.slice(6)));
    await assert.rejects(router.daemon.api('POST', '/webhooks/chat/test'), /There is no webhook/);
  });
});
