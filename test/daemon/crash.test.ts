import assert from 'node:assert/strict';
import { GenaiPriceBook } from '../../server/adapters/prices/genai-price-book.ts';
import { SystemClock } from '../../server/adapters/system/system-clock.ts';
import type { LedgerEntry } from '../../server/core/ports/store.ts';
import type { StateView } from '../../shared/model/views.ts';
import { openaiChat } from '../support/openai-answers.ts';
import { openaiRateLimited } from '../support/provider-errors.ts';
import type { ReceivedRequest } from '../support/received-request.ts';
import { RouterFixture, secretOf } from '../support/router-fixture.ts';
import { paced, type Reply } from '../support/script.ts';

const REQUESTS = 200;

describe('kill -9 of the daemon under 200 running requests', () => {
  let router: RouterFixture;

  beforeEach(async () => {
    router = await RouterFixture.start();
    for (const name of ['first', 'second', 'third']) await router.addKey('openai', name);
  });
  afterEach(() => router.stop());

  it('has everything that was billed in the ledger, nothing twice, and holds for what it could not see', async () => {
    router.openai.on({ method: 'POST' }, (request) => answer(request));
    router.openai.on({ key: secretOf('first'), method: 'POST' }, openaiRateLimited({ retryAfterSeconds: 1 }));
    const half = Promise.withResolvers<void>();
    let ended = 0;
    const clients = Array.from({ length: REQUESTS }, async (_, at) => {
      const response = await router.post('/v1/chat/completions', {
        model: 'gpt-4o',
        stream: at % 2 === 0,
        max_tokens: 400,
        messages: [{ role: 'user', content: `request ${at} ${'.'.repeat(at)}` }],
      });
      await response.text();
      if (++ended === REQUESTS / 2) half.resolve();
    });
    const settled = Promise.allSettled(clients);
    await half.promise;
    await router.crash();
    await settled;

    const billed = router.openai.requests.filter((request) => request.bill !== null);
    const price = new GenaiPriceBook(new SystemClock()).find('openai', router.openai.url, 'gpt-4o');
    assert.ok(price);
    const billedNano = billed.reduce((sum, request) => sum + price.cost(request.bill ?? assert.fail()), 0);
    const { entries } = await router.daemon.api<{ entries: readonly LedgerEntry[] }>(
      'GET',
      '/ledger?limit=10000',
    );
    const sent = router.openai.requests.filter((request) => request.method === 'POST').length;
    const settledEntries = entries.filter((entry) => entry.state === 'settled');
    const unknown = entries.filter((entry) => entry.state === 'unknown');
    const settledNano = settledEntries.reduce((sum, entry) => sum + entry.costNano, 0);
    const heldNano = unknown.reduce((sum, entry) => sum + entry.reservedNano, 0);

    assert.equal(new Set(entries.map((entry) => entry.attemptId)).size, entries.length, 'no attempt twice');
    assert.ok(
      entries.length >= sent,
      `${sent} requests reached the provider, ${entries.length} are in the ledger`,
    );
    assert.equal(entries.filter((entry) => entry.state === 'reserved').length, 0, 'nothing is left open');
    assert.ok(unknown.length > 0, 'the crash hid some outcomes');
    assert.ok(billed.length > settledEntries.length / 2);
    assert.ok(billedNano <= settledNano + heldNano, 'billed is at most what the ledger has');
    assert.ok(
      settledNano <= billedNano,
      'what is settled was billed: the excess is within the unknown holds',
    );
    const state = await router.daemon.api<StateView>('GET', '/state');
    assert.equal(state.spentTodayNano, settledNano);
    assert.equal(state.unknownNano, heldNano);
    assert.equal(state.heldNano, 0);
    console.log(
      `      ${sent} reached the provider, ${billed.length} billed ${billedNano} n$; ledger: ${settledEntries.length} settled ${settledNano} n$, ${unknown.length} unknown holding ${heldNano} n$`,
    );
  }).timeout(60_000);

  it('keeps keys, virtual keys and throttled cells over a crash', async () => {
    router.openai.on({ method: 'POST' }, openaiRateLimited({ retryAfterSeconds: 60 }));
    const body = { model: 'gpt-4o', max_tokens: 5, messages: [] };
    assert.equal((await router.post('/v1/chat/completions', body)).status, 429);
    await router.crash();
    assert.deepEqual(
      (await router.keys()).map((key) => key.state),
      ['throttled', 'throttled', 'throttled'],
    );
    router.openai.on({ method: 'POST' }, openaiChat());
    const other = await router.post('/v1/chat/completions', { ...body, model: 'gpt-4o-mini' });
    assert.equal(
      other.status,
      200,
      'the virtual key and the secrets work; the other family was never throttled',
    );
  });
});

/** Twenty pieces, a few ms apart, so that many are under way at any moment; each request costs another sum. */
function answer(request: ReceivedRequest): Reply {
  const usage = { inputTokens: request.body.length, outputTokens: 40 };
  const script = openaiChat({ text: Array.from({ length: 20 }, () => ' word'), usage });
  return (paced(script, 8) as (request: ReceivedRequest) => Reply)(request);
}
