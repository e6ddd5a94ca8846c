import type { Attributes } from './telemetry.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where one signal goes. */
export interface OtlpTarget {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export interface OtlpSettings {
  /** `null`: not exported. */
  readonly traces: OtlpTarget | null;
  readonly metrics: OtlpTarget | null;
  readonly resource: Attributes;
  /** Spans that wait; more are dropped. */
  readonly maxQueue: number;
  readonly maxBatch: number;
  readonly traceDelayMs: number;
  readonly metricIntervalMs: number;
}

const DEFAULT_ENDPOINT = 'http://127.0.0.1:4318';

/**
 * Reads the specification's variables ("OpenTelemetry Protocol Exporter", "Environment Variable Specification"). They may be
 * set for every program of the user's, so that they are no switch. `null`: nothing is exported. Throws an error that names the variable that can't be meant.
 */
export function readOtlpSettings(
  env: Environment,
  { version, instanceId }: { readonly version: string; readonly instanceId: string },
): OtlpSettings | null {
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return null;
  const traces = readTarget(env, 'TRACES');
  const metrics = readTarget(env, 'METRICS');
  if (!traces && !metrics) return null;
  const given = readPairs(env, 'OTEL_RESOURCE_ATTRIBUTES');
  const name = env['OTEL_SERVICE_NAME'] ?? '';
  return {
    traces,
    metrics,
    resource: {
      'service.version': version,
      'service.instance.id': instanceId,
      ...given,
      'service.name': name === '' ? (given['service.name'] ?? 'apikeyrouter') : name,
      'telemetry.sdk.name': 'apikeyrouter',
      'telemetry.sdk.language': 'nodejs',
      'telemetry.sdk.version': version,
    },
    maxQueue: readNumber(env, 'OTEL_BSP_MAX_QUEUE_SIZE', 2_048),
    maxBatch: readNumber(env, 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 512),
    traceDelayMs: readNumber(env, 'OTEL_BSP_SCHEDULE_DELAY', 5_000),
    metricIntervalMs: readNumber(env, 'OTEL_METRIC_EXPORT_INTERVAL', 60_000),
  };
}

/** A signal's own variable comes before the one for all signals. */
function readTarget(env: Environment, signal: 'TRACES' | 'METRICS'): OtlpTarget | null {
  const exporter = env[`OTEL_${signal}_EXPORTER`];
  if (exporter !== undefined && exporter !== '' && !exporter.split(',').includes('otlp')) return null;
  const names = (part: string): readonly string[] => [
    `OTEL_EXPORTER_OTLP_${signal}_${part}`,
    `OTEL_EXPORTER_OTLP_${part}`,
  ];
  const first = (part: string): string | undefined => names(part).find((name) => (env[name] ?? '') !== '');
  const protocol = first('PROTOCOL');
  if (protocol !== undefined && env[protocol] !== 'http/protobuf') {
    throw new Error(`${protocol} is "${env[protocol]}", but API Key Router speaks http/protobuf only.`);
  }
  const headers = first('HEADERS');
  const timeout = first('TIMEOUT');
  return {
    url: readUrl(env, signal),
    headers: headers === undefined ? {} : readPairs(env, headers),
    timeoutMs: timeout === undefined ? 10_000 : readNumber(env, timeout, 10_000),
  };
}

function readUrl(env: Environment, signal: 'TRACES' | 'METRICS'): URL {
  const own = `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`;
  const all = 'OTEL_EXPORTER_OTLP_ENDPOINT';
  const name = (env[own] ?? '') === '' ? all : own;
  const base = env[name] ?? '';
  // The common address is a base; a signal's own is used as it is.
  const text =
    name === own
      ? base
      : `${(base === '' ? DEFAULT_ENDPOINT : base).replace(/\/$/, '')}/v1/${signal.toLowerCase()}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new Error(`${name} takes an address such as ${DEFAULT_ENDPOINT}.`);
}

/** `name=value,name=value`, values percent-encoded. */
function readPairs(env: Environment, name: string): Readonly<Record<string, string>> {
  const pairs: Record<string, string> = {};
  for (const part of (env[name] ?? '').split(',')) {
    const equals = part.indexOf('=');
    if (equals < 1) continue;
    try {
      pairs[part.slice(0, equals).trim().toLowerCase()] = decodeURIComponent(part.slice(equals + 1).trim());
    } catch {
      throw new Error(`${name} has a value that is not percent-encoded.`);
    }
  }
  return pairs;
}

function readNumber(env: Environment, name: string, fallback: number): number {
  const text = env[name] ?? '';
  if (text === '') return fallback;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0 && value < 2 ** 31) return value;
  throw new Error(`${name} takes a whole number above 0, not "${text}".`);
}
