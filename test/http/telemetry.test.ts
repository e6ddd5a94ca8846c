import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { anthropicMessages } from '../support/anthropic-answers.ts';
import { openaiChat } from '../support/openai-answers.ts';
import { Collector, type ReceivedSpan } from '../support/otlp/collector.ts';
import { openaiRateLimited } from '../support/provider-errors.ts';
import { eventually, RouterFixture, secretOf } from '../support/router-fixture.ts';

const CHAT = '/v1/chat/completions';
const PROMPT = 'the-prompt-that-nobody-else-sees';
const ANSWER = 'the-answer-that-nobody-else-sees';
const BODY = {
  model: 'gpt-4o',
  stream: true,
  max_tokens: 9,
  messages: [{ role: 'user', content: PROMPT }],
};
const USAGE = { inputTokens: 60, cacheReadTokens: 40, outputTokens: 20 };
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT_ID = '00f067aa0ba902b7';
const EXPORTING = {
  APIKEYROUTER_OTLP: 'on',
  OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-token=of%20the%20collector',
  OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
  OTEL_BSP_SCHEDULE_DELAY: '50',
  OTEL_METRIC_EXPORT_INTERVAL: '100',
};

describe('telemetry over OTLP', () => {
  let collector: Collector;
  let router: RouterFixture;

  async function begin(env: Readonly<Record<string, string>>): Promise<void> {
    collector = await Collector.start();
    router = await RouterFixture.start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...env });
    await router.addKey('openai', 'limited');
    await router.addKey('openai', 'good');
    await router.addKey('anthropic', 'claude');
    router.openai
      .on({ method: 'POST' }, openaiChat({ text: [ANSWER, ' indeed'], usage: USAGE }))
      .on({ method: 'POST', key: secretOf('limited') }, openaiRateLimited());
    router.anthropic.on({ method: 'POST' }, anthropicMessages({ text: [ANSWER] }));
  }
  afterEach(async () => {
    await router.stop();
    await collector.stop();
    assert.deepEqual(collector.faults, [], 'all that arrived was by the published definitions');
  });

  async function ask(headers: Readonly<Record<string, string>> = {}, body: object = BODY): Promise<string> {
    const answer = await router.post(
      'model' in body && String(body.model).startsWith('claude') ? '/v1/messages' : CHAT,
      body,
      headers,
    );
    await answer.text();
    return answer.headers.get('x-router-request-id') ?? answer.headers.get('x-request-id') ?? '';
  }

  function spansOf(requestId: string): Promise<{ root: ReceivedSpan; attempts: readonly ReceivedSpan[] }> {
    return eventually(() => {
      const root = collector.spans.find((span) => span.attributes['apikeyrouter.request.id'] === requestId);
      assert.ok(root, `the span of ${requestId} has arrived`);
      const attempts = collector.spans.filter((span) => span.parentSpanId === root.spanId);
      return { root, attempts };
    }, 5_000);
  }

  it("has a span of each request below the caller's, and one of each attempt below that", async () => {
    await begin(EXPORTING);
    const traceparent = `00-${TRACE_ID}-${PARENT_ID}-01`;
    const found = [];
    // Either key comes first once.
    for (let i = 0; i < 2; i++) {
      found.push(
        await spansOf(
          await ask({ traceparent, 'x-request-id': 'mine', 'x-tags': 'nightly', 'x-session-id': 's-1' }),
        ),
      );
    }
    const { root, attempts } =
      found.find((spans) => spans.attempts.length === 2) ?? assert.fail('no failover');
    const { attributes: about, ...rest } = root;
    assert.equal(root.traceId, TRACE_ID);
    assert.equal(root.parentSpanId, PARENT_ID);
    assert.equal(rest.name, 'POST /v1/chat/completions');
    assert.equal(rest.kind, 'SPAN_KIND_SERVER');
    assert.equal(about['http.response.status_code'], 200);
    assert.equal(about['apikeyrouter.client_request.id'], 'mine');
    assert.deepEqual(about['apikeyrouter.tags'], ['nightly']);
    const [failed, answered] = attempts.toSorted(
      (a, b) => Number(a.startTimeUnixNano) - Number(b.startTimeUnixNano),
    );
    assert.ok(failed && answered);
    assert.deepEqual(
      [failed.name, failed.kind, failed.status?.code],
      ['chat gpt-4o', 'SPAN_KIND_CLIENT', 'STATUS_CODE_ERROR'],
    );
    assert.equal(failed.attributes['error.type'], 'rate_limited');
    assert.equal(failed.attributes['http.response.status_code'], 429);
    const upstream = new URL(router.openai.url);
    const trace = await router.trace(String(about['apikeyrouter.request.id']));
    const {
      'apikeyrouter.key.id': key,
      'gen_ai.response.time_to_first_chunk': first,
      ...attributes
    } = answered.attributes;
    assert.equal(key, trace.attempts[1]?.keyId);
    assert.ok(typeof first === 'number' && first >= 0);
    assert.deepEqual(attributes, {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.request.stream': true,
      'gen_ai.conversation.id': trace.conversation,
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.output_tokens': 20,
      'gen_ai.usage.cache_read.input_tokens': 40,
      'gen_ai.usage.cache_creation.input_tokens': 0,
      'server.address': upstream.hostname,
      'server.port': Number(upstream.port),
      'http.response.status_code': 200,
      'apikeyrouter.attempt.index': 1,
      'apikeyrouter.provider.id': 'openai',
      'apikeyrouter.cost.usd': (trace.attempts[1]?.costNano ?? 0) / 1e9,
      'apikeyrouter.cost.basis': 'reported',
    });
    assert.ok(BigInt(answered.endTimeUnixNano) >= BigInt(answered.startTimeUnixNano));
    assert.equal(BigInt(answered.startTimeUnixNano), BigInt(trace.attempts[1]?.startedAt ?? 0) * 1_000_000n);
    const [resource] = collector.resources;
    assert.equal(resource?.['service.name'], 'apikeyrouter');
    assert.equal(resource?.['deployment.environment.name'], 'test');
    assert.equal(collector.headers[0]?.['x-collector-token'], 'of the collector');
  });

  it("has the conventions' metrics, as sums since the start", async () => {
    await begin(EXPORTING);
    await ask();
    await ask();
    await ask({}, { model: 'claude-sonnet-4-5', max_tokens: 9, messages: BODY.messages });
    const point = (name: string, wanted: Readonly<Record<string, unknown>>) => {
      const points = collector.metrics.find((metric) => metric.name === name)?.points ?? [];
      return points.find(({ attributes }) =>
        Object.entries(wanted).every(([key, value]) => attributes[key] === value),
      );
    };
    await eventually(() => {
      const anthropic = { 'gen_ai.provider.name': 'anthropic' };
      assert.ok(point('gen_ai.client.token.usage', anthropic), 'the last request has arrived');
    }, 5_000);
    assert.deepEqual(
      collector.metrics.map(({ name, unit, temporality }) => [name, unit, temporality]),
      [
        ['gen_ai.client.token.usage', '{token}', 'AGGREGATION_TEMPORALITY_CUMULATIVE'],
        ['gen_ai.client.operation.duration', 's', 'AGGREGATION_TEMPORALITY_CUMULATIVE'],
        ['gen_ai.client.operation.time_to_first_chunk', 's', 'AGGREGATION_TEMPORALITY_CUMULATIVE'],
        ['apikeyrouter.client.cost', 'USD', 'AGGREGATION_TEMPORALITY_CUMULATIVE'],
      ],
    );
    const openai = { 'gen_ai.provider.name': 'openai', 'gen_ai.request.model': 'gpt-4o' };
    const input = point('gen_ai.client.token.usage', { ...openai, 'gen_ai.token.type': 'input' });
    assert.equal(input?.count, '2');
    assert.equal(input?.sum, 200);
    assert.deepEqual(input?.bucketCounts?.map(Number), [0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert.equal(input?.explicitBounds?.length, 14);
    assert.equal(point('gen_ai.client.token.usage', { ...openai, 'gen_ai.token.type': 'output' })?.sum, 40);
    assert.equal(
      point('gen_ai.client.operation.duration', { ...openai, 'error.type': 'rate_limited' })?.count,
      '1',
    );
    assert.equal(point('gen_ai.client.operation.time_to_first_chunk', openai)?.count, '2');
    const traces = await router.traces(3);
    const costs = traces
      .filter(({ model }) => model === 'gpt-4o')
      .reduce((sum, { costNano }) => sum + costNano, 0);
    const cost = point('apikeyrouter.client.cost', openai)?.asDouble ?? 0;
    assert.ok(Math.abs(cost - costs / 1e9) < 1e-12);
  });

  it('has neither prompts nor answers nor secrets in it', async () => {
    await begin(EXPORTING);
    await spansOf(await ask({ 'x-request-id': 'mine' }));
    await eventually(() => assert.ok(collector.metrics.length > 0), 5_000);
    const all = Buffer.concat(collector.bodies);
    for (const secret of [PROMPT, ANSWER, router.token, secretOf('good'), secretOf('limited'), 'akm-']) {
      assert.equal(all.indexOf(secret), -1, secret);
    }
  });

  it('is off by default, also where the endpoint is set for other programs', async () => {
    await begin({ OTEL_BSP_SCHEDULE_DELAY: '1', OTEL_METRIC_EXPORT_INTERVAL: '1' });
    await ask();
    await router.stop();
    assert.equal(collector.bodies.length, 0);
    router = await RouterFixture.start();
  });

  it('leaves out what its caller does not record', async () => {
    await begin(EXPORTING);
    await ask({ traceparent: `00-${TRACE_ID}-${PARENT_ID}-00` });
    const { root } = await spansOf(await ask());
    assert.notEqual(root.traceId, TRACE_ID);
    assert.ok(collector.spans.every(({ traceId }) => traceId !== TRACE_ID));
  });

  it('sends what is left when it ends', async () => {
    await begin({ ...EXPORTING, OTEL_BSP_SCHEDULE_DELAY: '60000', OTEL_METRICS_EXPORTER: 'none' });
    const id = await ask();
    await router.traces(1);
    await router.daemon.stop();
    const roots = collector.spans.filter((span) => span.attributes['apikeyrouter.request.id'] === id);
    assert.equal(roots.length, 1);
  });

  it('serves on where the collector refuses, is away or is not meant', async () => {
    await begin({ ...EXPORTING, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' });
    assert.ok(await ask());
    assert.equal((await router.traces(1))[0]?.status, 200);
    await router.stop();
    router = await RouterFixture.start({ APIKEYROUTER_OTLP: 'on', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' });
    assert.equal((await fetch(`${router.daemon.url}/health`)).status, 200);
    await eventually(async () => {
      const log = await readFile(router.folder.file('logs', 'daemon.log'), 'utf8');
      assert.match(
        log,
        /OTEL_EXPORTER_OTLP_PROTOCOL is \\"grpc\\", but API Key Router speaks http\/protobuf only/,
      );
    });
  });
});
