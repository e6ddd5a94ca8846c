import assert from 'node:assert/strict';
import { EnvelopeVault } from '../../../../server/adapters/envelope/envelope-vault.ts';
import { StandardWebhookSigner } from '../../../../server/adapters/system/standard-webhook-signer.ts';
import { UndiciUpstream } from '../../../../server/adapters/undici/undici-upstream.ts';
import { isPrivateAddress } from '../../../../server/core/webhooks/private-address.ts';
import { WebhookSender } from '../../../../server/core/webhooks/webhook-sender.ts';
import type { WebhookDelivery, WebhookRecord } from '../../../../shared/model/webhooks.ts';
import { webhook } from '../../../contract/store-samples.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { eventually } from '../../../support/router-fixture.ts';
import { jsonReply } from '../../../support/script.ts';
import { ScriptedUpstream } from '../../../support/scripted-upstream.ts';
import { SeededRandom } from '../../../support/seeded-random.ts';
import { verifyWebhook } from '../../../support/verify-webhook.ts';

/** The longest wait between two attempts. */
const LONG_MS = 700_000;
/** What the sender keeps of one webhook at most. */
const MAX_PENDING = 100;

describe('messages of webhooks', () => {
  const signer = new StandardWebhookSigner();
  const secret = signer.newSecret();
  const silent = () => undefined;
  let receiver: ScriptedUpstream;
  let clock: ManualClock;
  let internet: UndiciUpstream;
  let anywhere: UndiciUpstream;
  let sender: WebhookSender;
  let hook: WebhookRecord;

  beforeEach(async () => {
    receiver = await ScriptedUpstream.start();
    clock = new ManualClock();
    internet = new UndiciUpstream({ refuses: isPrivateAddress });
    anywhere = new UndiciUpstream();
    const vault = new EnvelopeVault({ key: new Uint8Array(32), sealing: 'memory' });
    hook = webhook('wh_1', { url: `${receiver.url}/hooks?team=1` });
    vault.hold(hook.id, secret);
    const logger = { debug: silent, info: silent, warn: silent, error: silent };
    sender = new WebhookSender({
      vault,
      signer,
      internet,
      anywhere,
      clock,
      random: new SeededRandom(),
      logger,
    });
  });
  afterEach(async () => {
    sender.close();
    await receiver.stop();
    await Promise.all([internet.close(), anywhere.close()]);
  });

  const send = (to = hook): void =>
    sender.send(to, { type: 'key.invalid', at: clock.now(), data: { keys: [{ id: 'k1' }] } });

  /** The last delivery, once there were so many attempts. */
  const attempted = (count: number, id = hook.id): Promise<WebhookDelivery> =>
    eventually(() => {
      const { lastDelivery } = sender.progress(id);
      assert.equal(lastDelivery?.attempts, count);
      return lastDelivery;
    });

  it('are signed as the specification says', async () => {
    receiver.on({ method: 'POST' }, jsonReply(200, {}));
    send();
    const request = await receiver.received(1);
    const message = verifyWebhook(secret, request);
    assert.equal(request.url, '/hooks?team=1');
    assert.equal(Number(request.headers['webhook-timestamp']), clock.now() / 1000);
    assert.deepEqual(message, {
      id: 'msg_00000001',
      type: 'key.invalid',
      timestamp: new Date(clock.now()).toISOString(),
      data: { keys: [{ id: 'k1' }] },
    });
    assert.throws(() => verifyWebhook(signer.newSecret(), request), /signature/);
    const delivery = await attempted(1);
    assert.deepEqual([delivery.outcome, delivery.status, delivery.error], ['delivered', 200, null]);
    assert.equal(sender.progress(hook.id).pending, 0);
  });

  it('are the example of the specification', () => {
    // https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/javascript/src/index.test.ts
    const signature = signer.sign('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1614265330,
      body: '{"test": 2432232314}',
    });
    assert.equal(signature, 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('are tried again after a failure, under the same id and signed anew', async () => {
    receiver.on({ method: 'POST' }, jsonReply(500, {}), jsonReply(204, {}));
    send();
    const { outcome, status } = await attempted(1);
    assert.deepEqual([outcome, status], ['retrying', 500]);
    clock.advance(499);
    assert.equal(receiver.requests.length, 1, 'not at once');
    clock.advance(501);
    assert.equal((await attempted(2)).outcome, 'delivered');
    const [first, second] = receiver.requests.map((request) => verifyWebhook(secret, request));
    assert.deepEqual(first, second);
    assert.equal(sender.progress(hook.id).failedInRow, 0);
  });

  it('are given up after six attempts, and that is shown', async () => {
    receiver.on({ method: 'POST' }, jsonReply(500, {}));
    send();
    for (let count = 1; count < 6; count++) {
      assert.equal((await attempted(count)).outcome, 'retrying');
      clock.advance(LONG_MS);
    }
    const { outcome, error } = await attempted(6);
    assert.deepEqual([outcome, error], ['failed', 'It answered 500.']);
    assert.deepEqual([sender.progress(hook.id).failedInRow, sender.progress(hook.id).pending], [6, 0]);
    assert.equal(clock.pending, 0);
  });

  it('end with a receiver that says it is gone', async () => {
    receiver.on({ method: 'POST' }, jsonReply(410, {}));
    send();
    assert.equal((await attempted(1)).outcome, 'failed');
    assert.equal(clock.pending, 0);
  });

  it('follow no redirect', async () => {
    const elsewhere = await ScriptedUpstream.start();
    receiver.on({ method: 'POST' }, jsonReply(307, {}, { headers: { location: elsewhere.url } }));
    const { outcome, error } = await sender.test(hook);
    assert.equal(outcome, 'failed');
    assert.match(error ?? '', /Redirects are not followed/);
    assert.equal(elsewhere.requests.length, 0);
    await elsewhere.stop();
  });

  it('do not wait for the body of an answer', async () => {
    receiver.on({ method: 'POST' }, { status: 200, headers: {}, steps: [{ do: 'head' }, { do: 'stall' }] });
    assert.equal((await sender.test(hook)).outcome, 'delivered');
    await (await receiver.received(1)).closed;
  });

  it('go to no private address, whatever leads there, unless their webhook may', async () => {
    receiver.on({ method: 'POST' }, jsonReply(200, {}));
    const port = new URL(receiver.url).port;
    for (const host of ['10.0.0.1', '[::ffff:169.254.169.254]']) {
      const { error } = await sender.test({ ...hook, url: `https://${host}:${port}/` });
      assert.match(error ?? '', /leads to a private address/, host);
    }
    // A name is looked up when the connection is made; this one is the machine's own.
    const failure = Promise.withResolvers<string>();
    internet.dispatch(
      {
        method: 'POST',
        origin: `http://localhost:${port}`,
        path: '/',
        headers: {},
        body: null,
        headTimeoutMs: 5_000,
        idleTimeoutMs: 5_000,
      },
      {
        onHead: () => failure.resolve('connected'),
        onData: () => true,
        onEnd: () => undefined,
        onFailure: ({ message }) => failure.resolve(message),
      },
    );
    assert.match(await failure.promise, /leads to a private address/);
    assert.equal(receiver.requests.length, 0);
    const allowed = {
      ...hook,
      url: receiver.url.replace('127.0.0.1', '[::ffff:127.0.0.1]'),
      allowPrivate: true,
    };
    assert.equal((await sender.test(allowed)).outcome, 'delivered');
  });

  it('wait in bounded number, and end with their webhook', async () => {
    receiver.on({ method: 'POST' }, { status: 200, headers: {}, steps: [{ do: 'stall' }] });
    for (let count = 0; count < MAX_PENDING + 7; count++) send();
    assert.deepEqual([sender.progress(hook.id).pending, sender.progress(hook.id).dropped], [MAX_PENDING, 7]);
    await receiver.received(1);
    sender.cancel(hook.id);
    assert.equal(sender.progress(hook.id).pending, 0);
    await (await receiver.received(1)).closed;
  });
});
