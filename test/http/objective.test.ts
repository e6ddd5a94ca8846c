import assert from 'node:assert/strict';
import { openaiChat } from '../support/openai-answers.ts';
import { RouterFixture } from '../support/router-fixture.ts';

const BODY = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }], max_tokens: 50 };

describe('what a request asks of routing', () => {
  let router: RouterFixture;

  before(async () => {
    router = await RouterFixture.start();
    router.openai.on({ method: 'POST', path: '/v1/chat/completions' }, openaiChat());
    await router.addKey('openai', 'a');
    await router.addKey('openai', 'b');
  });

  after(() => router.stop());

  it('decides by the objective in its header, and keeps its tags', async () => {
    const headers = { 'x-routing-objective': 'cost, speed', 'x-tags': 'search, beta' };
    const response = await router.post('/v1/chat/completions', BODY, headers);
    assert.equal(response.status, 200);
    const trace = await router.trace(response.headers.get('x-request-id') ?? '');
    assert.deepEqual(trace.decisions[0]?.objective, { primary: 'cost', secondary: 'speed' });
    assert.deepEqual(trace.caller.tags, ['search', 'beta']);
    assert.ok(trace.decisions[0]?.candidates.every(({ facts }) => (facts.expectedNano ?? 0) > 0));
  });

  it('optimises reliability, then fairness, where nothing is asked', async () => {
    const response = await router.post('/v1/chat/completions', BODY);
    const trace = await router.trace(response.headers.get('x-request-id') ?? '');
    assert.deepEqual(trace.decisions[0]?.objective, { primary: 'reliability', secondary: 'fairness' });
  });

  it('is told which objectives there are', async () => {
    const response = await router.post('/v1/chat/completions', BODY, { 'x-routing-objective': 'luck' });
    assert.equal(response.status, 400);
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    assert.equal(error.code, 'invalid_request');
    assert.match(error.message, /cost, reliability, fairness, speed, quality/);
  });
});
