import assert from 'node:assert/strict';
import { RouterError } from '../../server/core/router-error.ts';
import { HELLO, Stage } from '../support/library-stage.ts';
import { priceBook } from '../support/price-book.ts';

const SOURCE = 'https://prices.example/data.json';

describe('prices', () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = new Stage();
    await stage.key('a');
  });

  afterEach(async () => {
    await stage.router.close();
  });

  it('are refreshed when asked, and say how old they are', async () => {
    const before = (await stage.router.getStateSummary()).prices;
    assert.match(before.edition, /^genai-prices \d/);
    assert.ok(before.asOf.getTime() < stage.clock.now());
    stage.answers.set('https://prices.example', () => ({ body: priceBook('gpt-5.4', 1000) }));
    await stage.router.refreshPrices(SOURCE);
    const after = (await stage.router.getStateSummary()).prices;
    assert.match(after.edition, /^genai-prices of \d{4}-\d\d-\d\d$/);
    assert.equal(after.asOf.getTime(), stage.clock.now());
    // 100 input and 50 output tokens at $1,000 a million.
    const { metadata } = await stage.router.route({ ...HELLO, provider: 'openai' });
    assert.equal(metadata.costActual, 0.15);
  });

  for (const [what, answer] of [
    ['an error', { status: 500 }],
    ['something else', { body: { prices: 'none' } }],
    ['a provider without models', { body: [{ id: 'openai', api_pattern: '.' }] }],
    ['a price from a day that does not exist', { body: withConstraint('2026-02-31') }],
    ['nothing', { fails: 'connect' }],
  ] as const) {
    it(`stay as they are when the address has ${what}`, async () => {
      const before = (await stage.router.getStateSummary()).prices;
      stage.answers.set('https://prices.example', () => answer);
      await assert.rejects(
        stage.router.refreshPrices(SOURCE),
        (error) =>
          error instanceof RouterError && error.code === 'prices_unavailable' && /stay/.test(error.message),
      );
      assert.deepEqual((await stage.router.getStateSummary()).prices, before);
      const { metadata } = await stage.router.route(HELLO);
      assert.ok(metadata.costActual > 0 && metadata.costActual < 0.01);
    });
  }
});

function withConstraint(day: string): object {
  const prices = [{ constraint: { start_date: day }, prices: { input_mtok: 1 } }];
  const models = [{ id: 'gpt-5.4', match: { equals: 'gpt-5.4' }, prices }];
  return [{ id: 'openai', name: 'OpenAI', api_pattern: 'x', models }];
}
