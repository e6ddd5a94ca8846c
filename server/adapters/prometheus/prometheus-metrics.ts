import { Registry } from 'prom-client';
import { NANO_PER_USD } from '../../../shared/model/money.ts';
import type { AttemptTrace, Trace } from '../../../shared/model/trace.ts';
import type { TokenUsage } from '../../../shared/model/usage.ts';
import type { Metrics, Standing } from '../../core/ports/metrics.ts';
import { LabelLimit } from './label-limit.ts';
import { counter, histogram } from './make-metric.ts';
import { METRICS } from './metric-definitions.ts';
import { ProcessMetrics } from './process-metrics.ts';
import { StandingMetrics } from './standing-metrics.ts';

/** Names of models and keys as labels: more than this many different ones are counted as `other`. */
const MAX_VALUES = 200;

/**
 * What `/metrics` shows, in its own registry. Labels that callers could choose are bounded, so that nobody
 * can grow the daemon's memory by inventing model names.
 */
export class PrometheusMetrics implements Metrics {
  readonly #registry = new Registry();
  readonly #models = new LabelLimit(MAX_VALUES);
  readonly #keys = new LabelLimit(MAX_VALUES);
  readonly #providers = new LabelLimit(MAX_VALUES);

  readonly #requests = counter(this.#registry, METRICS.requests);
  readonly #duration = histogram(this.#registry, METRICS.duration);
  readonly #attempts = counter(this.#registry, METRICS.attempts);
  readonly #tokens = counter(this.#registry, METRICS.tokens);
  readonly #cost = counter(this.#registry, METRICS.cost);
  readonly #firstByte = histogram(this.#registry, METRICS.firstByte);
  readonly #firstToken = histogram(this.#registry, METRICS.firstToken);
  readonly #standing = new StandingMetrics(this.#registry);
  readonly #process = new ProcessMetrics(this.#registry);

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
    if (attempt.firstTokenAt !== undefined) {
      this.#firstToken.observe({ provider, model }, seconds(attempt.startedAt, attempt.firstTokenAt));
    }
    if (attempt.usage) this.#countTokens(provider, model, attempt.usage);
  }

  requestEnded(trace: Trace): void {
    const { protocol, outcome } = trace;
    this.#requests.inc({ protocol, outcome, status: String(trace.status) });
    this.#duration.observe({ protocol, outcome }, seconds(trace.startedAt, trace.endedAt));
  }

  /** The text for a scrape (https://prometheus.io/docs/instrumenting/exposition_formats/). */
  render(standing: Standing): Promise<string> {
    this.#standing.set(standing);
    this.#process.read();
    return this.#registry.metrics();
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
