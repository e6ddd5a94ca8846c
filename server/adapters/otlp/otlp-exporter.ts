import type { Trace } from '../../../shared/model/trace.ts';
import { fetchAnswer } from '../../core/fetch-answer.ts';
import type { Clock, Dispose } from '../../core/ports/clock.ts';
import type { Logger } from '../../core/ports/logger.ts';
import type { Upstream } from '../../core/ports/upstream.ts';
import { encodeMetrics, encodeTraces } from './encode-otlp.ts';
import { GenAiMetrics } from './gen-ai-metrics.ts';
import type { OtlpSettings, OtlpTarget } from './otlp-settings.ts';
import { type FindProvider, requestSpans } from './request-spans.ts';
import type { Origin, SpanData } from './telemetry.ts';

export interface OtlpExporterParts {
  readonly settings: OtlpSettings;
  readonly upstream: Upstream;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly version: string;
  readonly provider: FindProvider;
}

/** Tries of one batch; a collector that is away for longer loses it. */
const MAX_TRIES = 4;
const FIRST_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 30_000;
/** OTLP 1.x, "Retryable Response Codes". */
const RETRYABLE = new Set([429, 502, 503, 504]);
const MAX_ANSWER_BYTES = 64 * 1024;
/** What is left at the end gets this long. */
const LAST_MS = 3_000;

type Sent = { readonly done: true } | { readonly done: false; readonly retryAfterMs: number | null };

/**
 * Sends spans and metrics to a collector over OTLP/HTTP with protobuf. Nothing here waits for or harms a request: what
 * can't be sent is dropped and counted, from a queue of bounded length.
 */
export class OtlpExporter {
  readonly #parts: OtlpExporterParts;
  readonly #origin: Origin;
  readonly #startedAt: number;
  readonly #metrics: GenAiMetrics;
  readonly #queue: SpanData[] = [];
  #dropped = 0;
  #sending: Promise<void> | null = null;
  #cancelTraces: Dispose | null = null;
  #cancelMetrics: Dispose | null = null;
  #cancelWait: Dispose | null = null;
  #endWait: () => void = () => undefined;
  #closed = false;

  constructor(parts: OtlpExporterParts) {
    this.#parts = parts;
    this.#origin = { resource: parts.settings.resource, version: parts.version };
    this.#startedAt = parts.clock.now();
    this.#metrics = new GenAiMetrics(parts.provider);
    if (parts.settings.metrics) this.#scheduleMetrics();
  }

  /** Takes over a request that has ended. Never throws. */
  requestEnded(trace: Trace): void {
    if (this.#closed) return;
    const { settings, provider, logger } = this.#parts;
    try {
      if (settings.metrics) this.#metrics.record(trace);
      if (settings.traces) this.#enqueue(requestSpans(trace, provider));
    } catch (error) {
      logger.error({ requestId: trace.requestId, err: error }, 'telemetry of a request could not be made');
    }
  }

  /** Sends what is left, for a few seconds at most. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTraces?.();
    this.#cancelMetrics?.();
    this.#cancelWait?.();
    this.#endWait();
    await this.#sending;
    const { settings } = this.#parts;
    const metrics = this.#sendMetrics();
    while (settings.traces && this.#queue.length > 0) {
      if (!(await this.#sendSpans(settings.traces, this.#queue.splice(0, settings.maxBatch)))) break;
    }
    await metrics;
    this.#tellDropped();
  }

  #enqueue(spans: readonly SpanData[]): void {
    const { settings, clock } = this.#parts;
    for (const span of spans) {
      if (this.#queue.length < settings.maxQueue) this.#queue.push(span);
      else this.#dropped++;
    }
    if (this.#sending) return;
    if (this.#queue.length >= settings.maxBatch) this.#flush();
    else this.#cancelTraces ??= clock.after(settings.traceDelayMs, () => this.#flush());
  }

  #flush(): void {
    this.#cancelTraces?.();
    this.#cancelTraces = null;
    const target = this.#parts.settings.traces;
    if (this.#sending || !target || this.#queue.length === 0) return;
    this.#sending = this.#drain(target).finally(() => (this.#sending = null));
  }

  async #drain(target: OtlpTarget): Promise<void> {
    const { settings } = this.#parts;
    while (this.#queue.length > 0 && !this.#closed) {
      await this.#sendSpans(target, this.#queue.splice(0, settings.maxBatch));
    }
    this.#tellDropped();
  }

  #tellDropped(): void {
    if (this.#dropped === 0) return;
    this.#parts.logger.warn(
      { spans: this.#dropped },
      'telemetry was dropped: the collector is away or too slow',
    );
    this.#dropped = 0;
  }

  async #sendSpans(target: OtlpTarget, spans: readonly SpanData[]): Promise<boolean> {
    const sent = await this.#send(target, encodeTraces(this.#origin, spans));
    if (!sent) this.#dropped += spans.length;
    return sent;
  }

  #scheduleMetrics(): void {
    const { settings, clock } = this.#parts;
    this.#cancelMetrics = clock.after(settings.metricIntervalMs, () => {
      void this.#sendMetrics().finally(() => {
        if (!this.#closed) this.#scheduleMetrics();
      });
    });
  }

  /** They are sums since the start: what is not received now is in the next. */
  async #sendMetrics(): Promise<void> {
    const { settings, clock } = this.#parts;
    const metrics = this.#metrics.collect();
    if (!settings.metrics || metrics.length === 0) return;
    const times = { startedAt: this.#startedAt, at: clock.now() };
    await this.#post(settings.metrics, encodeMetrics(this.#origin, metrics, times));
  }

  async #send(target: OtlpTarget, body: Uint8Array): Promise<boolean> {
    for (let tries = 1; ; tries++) {
      const sent = await this.#post(target, body);
      if (sent.done) return true;
      if (tries === MAX_TRIES || this.#closed || sent.retryAfterMs === null) return false;
      const backoff = FIRST_BACKOFF_MS * 2 ** (tries - 1);
      await this.#wait(Math.min(MAX_BACKOFF_MS, Math.max(backoff, sent.retryAfterMs)));
    }
  }

  async #post({ url, headers, timeoutMs }: OtlpTarget, body: Uint8Array): Promise<Sent> {
    const { upstream, logger } = this.#parts;
    const limit = this.#closed ? Math.min(LAST_MS, timeoutMs) : timeoutMs;
    const answer = await fetchAnswer(
      upstream,
      {
        method: 'POST',
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        headers: {
          ...headers,
          'content-type': 'application/x-protobuf',
          'content-length': String(body.length),
        },
        body,
        headTimeoutMs: limit,
        idleTimeoutMs: limit,
      },
      MAX_ANSWER_BYTES,
    );
    if (!answer.ok) {
      logger.debug({ collector: url.host, reason: answer.failure.message }, 'telemetry could not be sent');
      return { done: false, retryAfterMs: 0 };
    }
    if (answer.status >= 200 && answer.status < 300) return { done: true };
    logger.warn({ collector: url.host, status: answer.status }, 'the collector did not take telemetry');
    if (!RETRYABLE.has(answer.status)) return { done: false, retryAfterMs: null };
    const seconds = Number(answer.headers['retry-after'] ?? 0);
    return { done: false, retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : 0 };
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#endWait = resolve;
      this.#cancelWait = this.#parts.clock.after(ms, resolve);
    });
  }
}
