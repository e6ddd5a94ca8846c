import assert from 'node:assert/strict';
import { OtlpExporter } from '../../../../server/adapters/otlp/otlp-exporter.ts';
import { readOtlpSettings } from '../../../../server/adapters/otlp/otlp-settings.ts';
import { UndiciUpstream } from '../../../../server/adapters/undici/undici-upstream.ts';
import { trace } from '../../../contract/store-samples.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { Collector } from '../../../support/otlp/collector.ts';
import { eventually } from '../../../support/router-fixture.ts';

describe('OtlpExporter', () => {
  let collector: Collector;
  let upstream: UndiciUpstream;
  let clock: ManualClock;
  let warnings: (readonly [string, Readonly<Record<string, unknown>>])[];

  beforeEach(async () => {
    collector = await Collector.start();
    upstream = new UndiciUpstream();
    clock = new ManualClock();
    warnings = [];
  });
  afterEach(async () => {
    await upstream.close();
    await collector.stop();
    assert.deepEqual(collector.faults, []);
  });

  function exporter(env: Readonly<Record<string, string>> = {}): OtlpExporter {
    const all = {
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      ...env,
    };
    const settings = readOtlpSettings(all, { version: '1', instanceId: 'i' }) ?? assert.fail('is on');
    const ignore = (): void => undefined;
    const logger = {
      debug: ignore,
      info: ignore,
      error: ignore,
      warn: (fields: Readonly<Record<string, unknown>>, message: string) =>
        void warnings.push([message, fields]),
    };
    return new OtlpExporter({ settings, upstream, clock, logger, version: '1', provider: () => undefined });
  }

  const received = (requests: number): Promise<void> =>
    eventually(() => assert.equal(collector.bodies.length, requests));

  it('tries again what a busy collector did not take, later each time', async () => {
    collector.statuses.push(503, 429);
    const telemetry = exporter();
    telemetry.requestEnded(trace('r1', 1000, []));
    clock.advance(5_000);
    await received(1);
    await eventually(() => assert.equal(clock.pending, 1));
    clock.advance(999);
    assert.equal(collector.bodies.length, 1);
    clock.advance(1);
    await received(2);
    await eventually(() => assert.equal(clock.pending, 1));
    clock.advance(2_000);
    await received(3);
    await telemetry.close();
    assert.deepEqual(
      collector.spans.map(({ name }) => name),
      ['POST /v1/chat/completions'],
    );
  });

  it('does not repeat what a collector refuses, and says how much was lost', async () => {
    collector.statuses.push(400);
    const telemetry = exporter();
    telemetry.requestEnded(trace('r1', 1000, []));
    clock.advance(5_000);
    await received(1);
    await telemetry.close();
    assert.equal(collector.bodies.length, 1);
    assert.deepEqual(
      warnings.map(([message]) => message),
      ['the collector did not take telemetry', 'telemetry was dropped: the collector is away or too slow'],
    );
    assert.equal(warnings[1]?.[1]['spans'], 1);
  });

  it('keeps no more than fits while the collector does not answer', async () => {
    const telemetry = exporter({ OTEL_BSP_MAX_QUEUE_SIZE: '10', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '10' });
    for (let i = 0; i < 1_000; i++) telemetry.requestEnded(trace(`r${i}`, 1000, []));
    await telemetry.close();
    assert.equal(collector.spans.length, 20, 'one batch under way, and a full queue');
    assert.equal(warnings.at(-1)?.[1]['spans'], 980);
  });

  it('gives a request the same ids whenever they are made', async () => {
    const telemetry = exporter();
    telemetry.requestEnded(trace('r1', 1000, []));
    telemetry.requestEnded(trace('r1', 1000, []));
    await telemetry.close();
    const [first, second] = collector.spans;
    assert.equal(first?.traceId, second?.traceId);
    assert.match(first?.traceId ?? '', /^[0-9a-f]{32}$/);
    assert.match(first?.spanId ?? '', /^[0-9a-f]{16}$/);
  });
});
