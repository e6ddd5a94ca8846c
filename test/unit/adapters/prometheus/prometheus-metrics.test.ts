import assert from 'node:assert/strict';
import { PrometheusMetrics } from '../../../../server/adapters/prometheus/prometheus-metrics.ts';
import type { Standing } from '../../../../server/core/ports/metrics.ts';
import type { AttemptTrace, Trace } from '../../../../shared/model/trace.ts';

const ATTEMPT: AttemptTrace = {
  id: 'att_1',
  index: 0,
  keyId: 'key_1',
  providerId: 'openai',
  model: 'gpt-4o',
  startedAt: 1000,
  firstByteAt: 1300,
  firstTokenAt: 1500,
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

const NOTHING: Standing = { running: 0, keys: [], quotas: [], budgets: [] };

describe('PrometheusMetrics', () => {
  async function lineOf(metrics: PrometheusMetrics, start: string): Promise<string | undefined> {
    const text = await metrics.render(NOTHING);
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
    assert.match(await metrics.render(NOTHING), /key="key_2".*failure="rate_limited"} 1/);
    const cost = 'apikeyrouter_cost_usd_total{provider="openai",key="key_1",model="gpt-4o",basis="reported"}';
    assert.equal(await lineOf(metrics, cost), `${cost} 0.0025`);
    const tokens = 'apikeyrouter_tokens_total{provider="openai",model="gpt-4o",type="cache_read"}';
    assert.equal(await lineOf(metrics, tokens), `${tokens} 40`);
    const first = 'apikeyrouter_time_to_first_byte_seconds_sum{provider="openai",model="gpt-4o"}';
    assert.equal(await lineOf(metrics, first), `${first} 0.6`);
    const token = 'apikeyrouter_time_to_first_token_seconds_sum{provider="openai",model="gpt-4o"}';
    assert.equal(await lineOf(metrics, token), `${token} 1`);
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
    const text = await metrics.render(NOTHING);
    const series = text.split('\n').filter((line) => line.startsWith('apikeyrouter_attempts_total{'));
    assert.equal(series.length, 201);
    assert.match(text, /model="other",outcome="succeeded",failure=""} 4800/);
  });

  it('keeps no name that is longer than any model has', async () => {
    const metrics = new PrometheusMetrics();
    metrics.attemptEnded({ ...ATTEMPT, model: 'm'.repeat(100_000) });
    const text = await metrics.render(NOTHING);
    assert.match(text, /model="other",outcome="succeeded",failure=""} 1/);
    assert.ok(text.length < 50_000);
  });

  it('shows how keys, quotas and budgets stand, and forgets those that are gone', async () => {
    const metrics = new PrometheusMetrics();
    const limits = [{ family: 'gpt-4o', dimension: 'requests', remaining: 12 }];
    const text = await metrics.render({
      running: 3,
      keys: [{ id: 'key_1', providerId: 'openai', name: 'work', state: 'throttled', limits }],
      quotas: [
        {
          id: 'quo_1',
          owner: 'key:key_1',
          family: '*',
          dimension: 'requests',
          leftShare: 0.25,
          exhaustedAt: 1_700_000_000_500,
        },
      ],
      budgets: [{ id: 'bud_1', name: 'all', limitNano: 5_000_000_000, leftNano: 1_500_000_000 }],
    });
    for (const line of [
      'apikeyrouter_requests_running 3',
      'apikeyrouter_key_info{key="key_1",provider="openai",name="work"} 1',
      'apikeyrouter_key_state{key="key_1",provider="openai",state="throttled"} 1',
      'apikeyrouter_key_state{key="key_1",provider="openai",state="available"} 0',
      'apikeyrouter_provider_limit_left{key="key_1",family="gpt-4o",dimension="requests"} 12',
      'apikeyrouter_quota_left_ratio{quota="quo_1",owner="key:key_1",family="*",dimension="requests"} 0.25',
      'apikeyrouter_quota_exhaustion_timestamp_seconds{quota="quo_1",owner="key:key_1",family="*",dimension="requests"} 1700000000.5',
      'apikeyrouter_budget_limit_usd{budget="bud_1",name="all"} 5',
      'apikeyrouter_budget_left_usd{budget="bud_1",name="all"} 1.5',
    ]) {
      assert.ok(text.split('\n').includes(line), line);
    }
    const later = await metrics.render(NOTHING);
    assert.doesNotMatch(later, /key_1|quo_1|bud_1/);
  });

  it('keeps instances apart', async () => {
    new PrometheusMetrics().requestEnded(TRACE);
    assert.equal(await lineOf(new PrometheusMetrics(), 'apikeyrouter_requests_total{'), undefined);
  });

  it('escapes label values', async () => {
    const metrics = new PrometheusMetrics();
    metrics.attemptEnded({ ...ATTEMPT, model: 'a"b\nc' });
    assert.match(await metrics.render(NOTHING), /model="a\\"b\\nc"/);
  });
});
