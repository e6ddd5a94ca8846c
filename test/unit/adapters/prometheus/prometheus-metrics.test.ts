import assert from 'node:assert/strict';
import { PrometheusMetrics } from '../../../../server/adapters/prometheus/prometheus-metrics.ts';
import type { AttemptTrace, Trace } from '../../../../shared/model/trace.ts';

const ATTEMPT: AttemptTrace = {
  id: 'att_1',
  index: 0,
  keyId: 'key_1',
  providerId: 'openai',
  model: 'gpt-4o',
  startedAt: 1000,
  firstByteAt: 1300,
  endedAt: 2000,
  status: 200,
  outcome: 'succeeded',
  expectedNano: null,
  reservedNano: 5_000_000,
  costNano: 2_500_000,
  costBasis: 'reported',
  usage: {
    inputTokens: 10,
    cacheReadTokens: 20,
    cacheWriteTokens: 0,
    cacheWrite1hTokens: 0,
    outputTokens: 30,
    reasoningTokens: 5,
  },
  transitions: [],
};

const TRACE: Trace = {
  requestId: 'req_1',
  startedAt: 1000,
  endedAt: 3000,
  caller: { virtualKeyId: 'vk_1', name: 'cline', tags: [] },
  protocol: 'openai-chat',
  model: 'gpt-4o',
  stream: true,
  status: 200,
  outcome: 'succeeded',
  decisions: [],
  attempts: [ATTEMPT],
  costNano: 2_500_000,
  edits: [],
  warnings: [],
};

describe('PrometheusMetrics', () => {
  async function lineOf(metrics: PrometheusMetrics, start: string): Promise<string | undefined> {
    const text = await metrics.render();
    return text.split('\n').find((line) => line.startsWith(start));
  }

  it('counts attempts, tokens and cost', async () => {
    const metrics = new PrometheusMetrics();
    metrics.attemptEnded(ATTEMPT);
    metrics.attemptEnded({
      ...ATTEMPT,
      keyId: 'key_2',
      outcome: 'failed',
      failure: { class: 'rate_limited', fault: 'my_account', message: 'slow down' },
      costNano: 0,
      costBasis: 'not_billed',
    });
    const attempts = 'apikeyrouter_attempts_total{provider="openai",';
    assert.equal(
      await lineOf(metrics, attempts),
      `${attempts}key="key_1",model="gpt-4o",outcome="succeeded",failure=""} 1`,
    );
    assert.match(await metrics.render(), /key="key_2".*failure="rate_limited"} 1/);
    const cost = 'apikeyrouter_cost_usd_total{provider="openai",key="key_1",model="gpt-4o",basis="reported"}';
    assert.equal(await lineOf(metrics, cost), `${cost} 0.0025`);
    const tokens = 'apikeyrouter_tokens_total{provider="openai",model="gpt-4o",type="cache_read"}';
    assert.equal(await lineOf(metrics, tokens), `${tokens} 40`);
    const first = 'apikeyrouter_time_to_first_byte_seconds_sum{provider="openai",model="gpt-4o"}';
    assert.equal(await lineOf(metrics, first), `${first} 0.6`);
  });

  it('counts requests and their duration', async () => {
    const metrics = new PrometheusMetrics();
    metrics.requestEnded(TRACE);
    metrics.requestEnded({ ...TRACE, outcome: 'rejected', status: 401, endedAt: 900 });
    const requests = 'apikeyrouter_requests_total{protocol="openai-chat",outcome="succeeded",status="200"}';
    assert.equal(await lineOf(metrics, requests), `${requests} 1`);
    const sum = 'apikeyrouter_request_duration_seconds_sum{protocol="openai-chat",outcome="succeeded"}';
    assert.equal(await lineOf(metrics, sum), `${sum} 2`);
    const set = 'apikeyrouter_request_duration_seconds_sum{protocol="openai-chat",outcome="rejected"}';
    assert.equal(await lineOf(metrics, set), `${set} 0`);
  });

  it('keeps the number of series bounded whatever callers ask for', async () => {
    const metrics = new PrometheusMetrics();
    for (let i = 0; i < 5000; i++) metrics.attemptEnded({ ...ATTEMPT, model: `model-${i}` });
    const text = await metrics.render();
    const series = text.split('\n').filter((line) => line.startsWith('apikeyrouter_attempts_total{'));
    assert.equal(series.length, 201);
    assert.match(text, /model="other",outcome="succeeded",failure=""} 4800/);
  });

  it('keeps instances apart', async () => {
    new PrometheusMetrics().requestEnded(TRACE);
    assert.equal(await lineOf(new PrometheusMetrics(), 'apikeyrouter_requests_total{'), undefined);
  });

  it('escapes label values', async () => {
    const metrics = new PrometheusMetrics();
    metrics.attemptEnded({ ...ATTEMPT, model: 'a"b\nc' });
    assert.match(await metrics.render(), /model="a\\"b\\nc"/);
  });
});
