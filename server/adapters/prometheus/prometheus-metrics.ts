import { Counter, Histogram, Registry } from 'prom-client';
import { NANO_PER_USD } from '../../../shared/model/money.ts';
import type { AttemptTrace, Trace } from '../../../shared/model/trace.ts';
import type { TokenUsage } from '../../../shared/model/usage.ts';
import type { Metrics } from '../../core/ports/metrics.ts';
import { LabelLimit } from './label-limit.ts';
import { addProcessMetrics } from './process-metrics.ts';

/** Names of models and keys as labels: more than this many different ones are counted as `other`. */
const MAX_VALUES = 200;

const DURATION_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];
const FIRST_BYTE_BUCKETS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];

/**
 * What `/metrics` shows, in its own registry. Labels that callers could choose are bounded, so that nobody
 * can grow the daemon's memory by inventing model names.
 */
export class PrometheusMetrics implements Metrics {
  readonly #registry = new Registry();
  readonly #models = new LabelLimit(MAX_VALUES);
  readonly #keys = new LabelLimit(MAX_VALUES);
  readonly #providers = new LabelLimit(MAX_VALUES);

  readonly #requests = new Counter({
    name: 'apikeyrouter_requests_total',
    help: 'Requests of tools, by protocol, outcome (succeeded, failed, cancelled, rejected) and the HTTP status the tool saw.',
    labelNames: ['protocol', 'outcome', 'status'] as const,
    registers: [this.#registry],
  });
  readonly #attempts = new Counter({
    name: 'apikeyrouter_attempts_total',
    help: 'Attempts at providers, by outcome and by the class of their failure (empty if they did not fail).',
    labelNames: ['provider', 'key', 'model', 'outcome', 'failure'] as const,
    registers: [this.#registry],
  });
  readonly #tokens = new Counter({
    name: 'apikeyrouter_tokens_total',
    help: 'Tokens as reported by providers. The types are exclusive: input is what was neither read from nor written to a cache.',
    labelNames: ['provider', 'model', 'type'] as const,
    registers: [this.#registry],
  });
  readonly #cost = new Counter({
    name: 'apikeyrouter_cost_usd_total',
    help: 'Cost in US dollars, also of failed and aborted attempts. basis: reported or estimated.',
    labelNames: ['provider', 'key', 'model', 'basis'] as const,
    registers: [this.#registry],
  });
  readonly #duration = new Histogram({
    name: 'apikeyrouter_request_duration_seconds',
    help: 'From the request of a tool to the end of its answer.',
    labelNames: ['protocol', 'outcome'] as const,
    buckets: DURATION_BUCKETS,
    registers: [this.#registry],
  });
  readonly #firstByte = new Histogram({
    name: 'apikeyrouter_time_to_first_byte_seconds',
    help: 'From the start of an attempt to the first byte of its answer.',
    labelNames: ['provider', 'model'] as const,
    buckets: FIRST_BYTE_BUCKETS,
    registers: [this.#registry],
  });

  constructor() {
    addProcessMetrics(this.#registry);
  }

  attemptEnded(attempt: AttemptTrace): void {
    const provider = this.#providers.of(attempt.providerId);
    const key = this.#keys.of(attempt.keyId);
    const model = this.#models.of(attempt.model);
    this.#attempts.inc({
      provider,
      key,
      model,
      outcome: attempt.outcome,
      failure: attempt.failure?.class ?? '',
    });
    if (attempt.costNano > 0) {
      this.#cost.inc({ provider, key, model, basis: attempt.costBasis }, attempt.costNano / NANO_PER_USD);
    }
    if (attempt.firstByteAt !== undefined) {
      this.#firstByte.observe({ provider, model }, seconds(attempt.startedAt, attempt.firstByteAt));
    }
    if (attempt.usage) this.#countTokens(provider, model, attempt.usage);
  }

  requestEnded(trace: Trace): void {
    const { protocol, outcome } = trace;
    this.#requests.inc({ protocol, outcome, status: String(trace.status) });
    this.#duration.observe({ protocol, outcome }, seconds(trace.startedAt, trace.endedAt));
  }

  /** The text for a scrape (https://prometheus.io/docs/instrumenting/exposition_formats/). */
  render(): Promise<string> {
    return this.#registry.metrics();
  }

  /** The `Content-Type` of that text. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  #countTokens(provider: string, model: string, usage: TokenUsage): void {
    const parts = {
      input: usage.inputTokens,
      cache_read: usage.cacheReadTokens,
      cache_write: usage.cacheWriteTokens,
      cache_write_1h: usage.cacheWrite1hTokens,
      output: usage.outputTokens,
    };
    for (const [type, tokens] of Object.entries(parts)) {
      if (tokens > 0) this.#tokens.inc({ provider, model, type }, tokens);
    }
  }
}

/** The system's clock may be set back between two readings. */
function seconds(from: number, to: number): number {
  return Math.max(0, to - from) / 1000;
}
