import assert from 'node:assert/strict';
import { readOtlpSettings } from '../../../../server/adapters/otlp/otlp-settings.ts';

const WHO = { version: '1.2.3', instanceId: 'abc' };
const read = (env: Readonly<Record<string, string>>) => readOtlpSettings(env, WHO);

describe('the settings of OTLP', () => {
  it('export nothing where everything is switched off', () => {
    const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://collector:4318';
    assert.equal(read({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SDK_DISABLED: 'true' }), null);
    assert.equal(read({ OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' }), null);
  });

  it('have the defaults of the specification', () => {
    const settings = read({});
    assert.equal(settings?.traces?.url.href, 'http://127.0.0.1:4318/v1/traces');
    assert.equal(settings?.metrics?.url.href, 'http://127.0.0.1:4318/v1/metrics');
    assert.equal(settings?.traces?.timeoutMs, 10_000);
    assert.deepEqual(
      [settings?.maxQueue, settings?.maxBatch, settings?.traceDelayMs, settings?.metricIntervalMs],
      [2048, 512, 5000, 60_000],
    );
    assert.equal(settings?.resource['service.name'], 'apikeyrouter');
    assert.equal(settings?.resource['service.instance.id'], 'abc');
  });

  it("take a signal's own variables before those for all", () => {
    const settings = read({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://one.example/otlp/',
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'https://two.example/in?x=1',
      OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Basic%20a%3Db, x-b=2',
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'x-c=3',
      OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '500',
    });
    assert.equal(settings?.traces?.url.href, 'https://one.example/otlp/v1/traces');
    assert.equal(settings?.metrics?.url.href, 'https://two.example/in?x=1');
    assert.deepEqual(settings?.traces?.headers, { authorization: 'Basic a=b', 'x-b': '2' });
    assert.deepEqual(settings?.metrics?.headers, { 'x-c': '3' });
    assert.deepEqual([settings?.traces?.timeoutMs, settings?.metrics?.timeoutMs], [500, 10_000]);
  });

  it('name the variable that can not be meant, and never its secret', () => {
    for (const [env, message] of [
      [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' }, /^OTEL_EXPORTER_OTLP_ENDPOINT takes an address/],
      [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'file:///x' }, /^OTEL_EXPORTER_OTLP_TRACES_ENDPOINT takes/],
      [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, /^OTEL_EXPORTER_OTLP_PROTOCOL is "grpc"/],
      [{ OTEL_EXPORTER_OTLP_HEADERS: 'a=%secret' }, /^OTEL_EXPORTER_OTLP_HEADERS has a value that is not/],
      [{ OTEL_BSP_SCHEDULE_DELAY: '-1' }, /^OTEL_BSP_SCHEDULE_DELAY takes a whole number above 0/],
    ] as const) {
      assert.throws(() => read(env), { message });
    }
  });
});
