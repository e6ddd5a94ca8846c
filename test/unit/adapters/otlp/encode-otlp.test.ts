import assert from 'node:assert/strict';
import { encodeMetrics, encodeTraces } from '../../../../server/adapters/otlp/encode-otlp.ts';
import { Histogram, Sum } from '../../../../server/adapters/otlp/series.ts';
import type { SpanData } from '../../../../server/adapters/otlp/telemetry.ts';
import { decodeStrictly } from '../../../support/otlp/strict-decoder.ts';

const ORIGIN = { resource: { 'service.name': 'x' }, version: '1' };
const TRACES = 'collector.trace.v1.ExportTraceServiceRequest';
const METRICS = 'collector.metrics.v1.ExportMetricsServiceRequest';
const SPAN: SpanData = {
  traceId: 'ab'.repeat(16),
  spanId: 'cd'.repeat(8),
  parentSpanId: null,
  name: 'chat gpt',
  kind: 'client',
  startedAt: 1_764_000_000_000,
  endedAt: 1_764_000_001_500,
  attributes: {
    text: 'Grüße 🦊',
    empty: '',
    lone: 'a\ud800b',
    zero: 0,
    large: Number.MAX_SAFE_INTEGER,
    negative: -5,
    yes: true,
    no: false,
    fraction: { double: 0.1 },
    nothing: { double: 0 },
    list: ['a', '', 'b'],
    left: undefined,
  },
  status: 'error',
};

describe('OTLP messages', () => {
  it('are spans by the published definitions, whatever is in them', () => {
    const { resourceSpans } = decodeStrictly<{ resourceSpans: readonly unknown[] }>(
      TRACES,
      encodeTraces(ORIGIN, [SPAN]),
    );
    const text = (stringValue: string) => ({ stringValue });
    assert.deepEqual(resourceSpans, [
      {
        resource: { attributes: [{ key: 'service.name', value: text('x') }] },
        scopeSpans: [
          {
            scope: { name: 'apikeyrouter', version: '1' },
            spans: [
              {
                traceId: SPAN.traceId,
                spanId: SPAN.spanId,
                name: 'chat gpt',
                kind: 'SPAN_KIND_CLIENT',
                startTimeUnixNano: '1764000000000000000',
                endTimeUnixNano: '1764000001500000000',
                attributes: [
                  { key: 'text', value: text('Grüße 🦊') },
                  { key: 'empty', value: text('') },
                  { key: 'lone', value: text('a\ufffdb') },
                  { key: 'zero', value: { intValue: '0' } },
                  { key: 'large', value: { intValue: '9007199254740991' } },
                  { key: 'negative', value: { intValue: '-5' } },
                  { key: 'yes', value: { boolValue: true } },
                  { key: 'no', value: { boolValue: false } },
                  { key: 'fraction', value: { doubleValue: 0.1 } },
                  { key: 'nothing', value: { doubleValue: 0 } },
                  { key: 'list', value: { arrayValue: { values: [text('a'), text(''), text('b')] } } },
                ],
                events: [],
                links: [],
                status: { code: 'STATUS_CODE_ERROR' },
              },
            ],
          },
        ],
        instrumentationLibrarySpans: [],
      },
    ]);
  });

  it('are metrics by the published definitions, with every observation in its bucket', () => {
    const histogram = new Histogram([1, 10]);
    for (const value of [0, 1, 1.5, 10, 11]) histogram.record(value, { a: 'b' });
    const sum = new Sum();
    sum.add(0.25, {});
    sum.add(0.5, {});
    const about = { unit: 's', description: 'x' };
    const bytes = encodeMetrics(
      ORIGIN,
      [
        {
          name: 'h',
          ...about,
          data: { kind: 'histogram', bounds: histogram.bounds, points: histogram.points() },
        },
        { name: 's', ...about, data: { kind: 'sum', points: sum.points() } },
      ],
      { startedAt: 1, at: 2 },
    );
    const { resourceMetrics } = decodeStrictly<{
      resourceMetrics: readonly {
        readonly scopeMetrics: readonly { readonly metrics: readonly unknown[] }[];
      }[];
    }>(METRICS, bytes);
    const times = { startTimeUnixNano: '1000000', timeUnixNano: '2000000', exemplars: [] };
    const aggregationTemporality = 'AGGREGATION_TEMPORALITY_CUMULATIVE';
    assert.deepEqual(resourceMetrics[0]?.scopeMetrics[0]?.metrics, [
      {
        name: 'h',
        ...about,
        histogram: {
          aggregationTemporality,
          dataPoints: [
            {
              ...times,
              attributes: [{ key: 'a', value: { stringValue: 'b' } }],
              count: '5',
              sum: 23.5,
              min: 0,
              max: 11,
              bucketCounts: ['2', '2', '1'],
              explicitBounds: [1, 10],
            },
          ],
        },
      },
      {
        name: 's',
        ...about,
        sum: {
          aggregationTemporality,
          isMonotonic: true,
          dataPoints: [{ ...times, attributes: [], asDouble: 0.75 }],
        },
      },
    ]);
  });

  it('have a bounded number of series', () => {
    const sum = new Sum();
    for (let i = 0; i < 5_000; i++) sum.add(1, { model: `m${i}` });
    assert.equal(sum.points().length, 2_001);
    assert.deepEqual(sum.points().at(-1), { attributes: { 'otel.metric.overflow': true }, value: 3_000 });
  });
});

describe('the strict decoder', () => {
  const good = encodeTraces(ORIGIN, [SPAN]);
  for (const [what, bytes] of [
    ['a field that is not defined', Buffer.concat([good, Buffer.from([0x7a, 0])])],
    ['another wire type', Buffer.from([0x08, 1])],
    ['bytes that are left over', Buffer.concat([good, Buffer.from([0x0a])])],
    ['a message that is cut', good.subarray(0, -3)],
    // KeyValue { key: "\xff" } in a resource.
    ['text that is not UTF-8', Buffer.from([0x0a, 7, 0x0a, 5, 0x0a, 3, 0x0a, 1, 0xff])],
    // AnyValue with both bool_value and int_value.
    ['two members of a oneof', Buffer.from([0x0a, 10, 0x0a, 8, 0x0a, 6, 0x12, 4, 0x10, 1, 0x18, 1])],
    // Span { kind: 9 }.
    ['an enum value without a name', Buffer.from([0x0a, 6, 0x12, 4, 0x12, 2, 0x30, 9])],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.throws(() => decodeStrictly(TRACES, bytes));
    });
  }
});
