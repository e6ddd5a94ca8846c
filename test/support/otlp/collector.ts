import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeStrictly } from './strict-decoder.ts';

export interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values: readonly AnyValue[] };
}

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status?: { readonly code: string };
  /** By name. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface ReceivedPoint {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
  readonly asDouble?: number;
  readonly count?: string;
  readonly sum?: number;
  readonly bucketCounts?: readonly string[];
  readonly explicitBounds?: readonly number[];
}

export interface ReceivedMetric {
  readonly name: string;
  readonly unit: string;
  readonly temporality: string;
  readonly points: readonly ReceivedPoint[];
}

interface Group<Name extends string, Item> {
  readonly resource: { readonly attributes: readonly Pair[] };
  readonly scopeSpans?: readonly ({ readonly scope: { readonly name: string } } & Readonly<
    Record<Name, Item[]>
  >)[];
  readonly scopeMetrics?: readonly ({ readonly scope: { readonly name: string } } & Readonly<
    Record<Name, Item[]>
  >)[];
}
interface Pair {
  readonly key: string;
  readonly value: AnyValue;
}
type Raw<T> = Omit<T, 'attributes'> & { readonly attributes: readonly Pair[] };
interface RawData {
  readonly dataPoints: readonly Raw<ReceivedPoint>[];
  readonly aggregationTemporality: string;
}

/** A collector on loopback that takes OTLP/HTTP and refuses what is not exactly by the published definitions. */
export class Collector {
  readonly spans: ReceivedSpan[] = [];
  /** As of the last export. */
  metrics: readonly ReceivedMetric[] = [];
  readonly resources: Readonly<Record<string, unknown>>[] = [];
  readonly headers: http.IncomingHttpHeaders[] = [];
  /** What was not by the definitions. */
  readonly faults: string[] = [];
  /** The bodies, for searching them. */
  readonly bodies: Buffer[] = [];
  /** What it answers with, in turn; then 200. */
  readonly statuses: number[] = [];
  readonly #server = http.createServer((request, response) => void this.#receive(request, response));

  static async start(): Promise<Collector> {
    const collector = new Collector();
    collector.#server.listen(0, '127.0.0.1');
    await once(collector.#server, 'listening');
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #receive(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    this.headers.push(request.headers);
    this.bodies.push(body);
    const status = this.statuses.shift() ?? 200;
    if (status === 200) {
      try {
        this.#take(request.url ?? '', request.headers['content-type'], body);
      } catch (error) {
        this.faults.push(error instanceof Error ? error.message : String(error));
      }
    }
    response.writeHead(status, { 'content-type': 'application/x-protobuf' }).end();
  }

  #take(url: string, type: string | undefined, body: Buffer): void {
    if (type !== 'application/x-protobuf') throw new Error(`the content type is ${type}`);
    if (url === '/v1/traces') {
      const name = 'collector.trace.v1.ExportTraceServiceRequest';
      const { resourceSpans } = decodeStrictly<{ resourceSpans: Group<'spans', Raw<ReceivedSpan>>[] }>(
        name,
        body,
      );
      for (const { resource, scopeSpans = [] } of resourceSpans) {
        this.resources.push(plain(resource.attributes));
        for (const { spans } of scopeSpans) {
          this.spans.push(...spans.map((span) => ({ ...span, attributes: plain(span.attributes) })));
        }
      }
    } else if (url === '/v1/metrics') {
      const name = 'collector.metrics.v1.ExportMetricsServiceRequest';
      type RawMetric = { name: string; unit: string; histogram?: RawData; sum?: RawData };
      const { resourceMetrics } = decodeStrictly<{ resourceMetrics: Group<'metrics', RawMetric>[] }>(
        name,
        body,
      );
      this.metrics = resourceMetrics
        .flatMap(({ scopeMetrics = [] }) => scopeMetrics.flatMap(({ metrics }) => metrics))
        .map(({ histogram, sum, ...metric }) => {
          const data = histogram ?? sum;
          return {
            ...metric,
            temporality: data?.aggregationTemporality ?? '',
            points: (data?.dataPoints ?? []).map((point) => ({
              ...point,
              attributes: plain(point.attributes),
            })),
          };
        });
    } else {
      throw new Error(`nothing is exported to ${url}`);
    }
  }
}

function plain(pairs: readonly Pair[]): Readonly<Record<string, unknown>> {
  const names = pairs.map(({ key }) => key);
  if (new Set(names).size < names.length) throw new Error(`an attribute is there twice: ${names.join(', ')}`);
  return Object.fromEntries(pairs.map(({ key, value }) => [key, valueOf(value)]));
}

function valueOf(value: AnyValue): unknown {
  if (value.intValue !== undefined) return Number(value.intValue);
  if (value.arrayValue) return value.arrayValue.values.map(valueOf);
  return value.stringValue ?? value.doubleValue ?? value.boolValue;
}
