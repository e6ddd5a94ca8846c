import { ProtobufWriter } from './protobuf-writer.ts';
import type {
  Attributes,
  AttributeValue,
  HistogramPoint,
  MetricData,
  Origin,
  SpanData,
  SumPoint,
} from './telemetry.ts';

const SCOPE = 'apikeyrouter';
const KINDS = { server: 2, client: 3 } as const;
const STATUS_ERROR = 2;
const CUMULATIVE = 2;
const NANO_PER_MS = 1_000_000n;

/** `ExportTraceServiceRequest` (opentelemetry/proto/collector/trace/v1/trace_service.proto). */
export function encodeTraces(origin: Origin, spans: readonly SpanData[]): Uint8Array {
  return new ProtobufWriter()
    .message(1, (resourceSpans) => {
      resourceSpans.message(1, (resource) => writeAttributes(resource, 1, origin.resource));
      resourceSpans.message(2, (scopeSpans) => {
        writeScope(scopeSpans, origin);
        for (const span of spans) scopeSpans.message(2, (writer) => writeSpan(writer, span));
      });
    })
    .finish();
}

/** `ExportMetricsServiceRequest` (opentelemetry/proto/collector/metrics/v1/metrics_service.proto). */
export function encodeMetrics(
  origin: Origin,
  metrics: readonly MetricData[],
  { startedAt, at }: { readonly startedAt: number; readonly at: number },
): Uint8Array {
  const times = { start: nano(startedAt), at: nano(at) };
  return new ProtobufWriter()
    .message(1, (resourceMetrics) => {
      resourceMetrics.message(1, (resource) => writeAttributes(resource, 1, origin.resource));
      resourceMetrics.message(2, (scopeMetrics) => {
        writeScope(scopeMetrics, origin);
        for (const metric of metrics) scopeMetrics.message(2, (writer) => writeMetric(writer, metric, times));
      });
    })
    .finish();
}

interface Times {
  readonly start: bigint;
  readonly at: bigint;
}

function writeScope(writer: ProtobufWriter, { version }: Origin): void {
  writer.message(1, (scope) => scope.string(1, SCOPE).string(2, version));
}

function writeSpan(writer: ProtobufWriter, span: SpanData): void {
  writer
    .bytes(1, fromHex(span.traceId))
    .bytes(2, fromHex(span.spanId))
    .bytes(4, fromHex(span.parentSpanId ?? ''))
    .string(5, span.name)
    .uint(6, KINDS[span.kind])
    .fixed64(7, nano(span.startedAt))
    .fixed64(8, nano(Math.max(span.startedAt, span.endedAt)));
  writeAttributes(writer, 9, span.attributes);
  if (span.status === 'error') writer.message(15, (status) => status.uint(3, STATUS_ERROR));
}

function writeMetric(
  writer: ProtobufWriter,
  { name, description, unit, data }: MetricData,
  times: Times,
): void {
  writer.string(1, name).string(2, description).string(3, unit);
  if (data.kind === 'sum') {
    writer.message(7, (sum) => {
      for (const point of data.points) sum.message(1, (each) => writeSumPoint(each, point, times));
      sum.uint(2, CUMULATIVE).bool(3, true);
    });
    return;
  }
  const { bounds } = data;
  writer.message(9, (histogram) => {
    for (const point of data.points) {
      histogram.message(1, (each) => writeHistogramPoint(each, point, { ...times, bounds }));
    }
    histogram.uint(2, CUMULATIVE);
  });
}

function writeSumPoint(writer: ProtobufWriter, { attributes, value }: SumPoint, { start, at }: Times): void {
  writeAttributes(writer, 7, attributes);
  writer.fixed64(2, start).fixed64(3, at).double(4, value);
}

function writeHistogramPoint(
  writer: ProtobufWriter,
  { attributes, count, sum, min, max, counts }: HistogramPoint,
  { start, at, bounds }: Times & { readonly bounds: readonly number[] },
): void {
  writeAttributes(writer, 9, attributes);
  writer
    .fixed64(2, start)
    .fixed64(3, at)
    .fixed64(4, BigInt(count))
    .double(5, sum)
    .packedFixed64(6, counts)
    .packedDoubles(7, bounds)
    .double(11, min)
    .double(12, max);
}

function writeAttributes(writer: ProtobufWriter, field: number, attributes: Attributes): void {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    writer.message(field, (pair) => pair.string(1, key).message(2, (any) => writeValue(any, value)));
  }
}

/** `AnyValue` (opentelemetry/proto/common/v1/common.proto). */
function writeValue(writer: ProtobufWriter, value: AttributeValue): void {
  if (typeof value === 'string') writer.givenString(1, value);
  else if (typeof value === 'boolean') writer.bool(2, value);
  else if (typeof value === 'number') writer.int64(3, value);
  else if ('double' in value) writer.double(4, value.double);
  else {
    writer.message(5, (array) => {
      for (const each of value) array.message(1, (any) => any.givenString(1, each));
    });
  }
}

function nano(ms: number): bigint {
  return BigInt(ms) * NANO_PER_MS;
}

function fromHex(text: string): Uint8Array {
  return Buffer.from(text, 'hex');
}
