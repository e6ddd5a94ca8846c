import { usdFromNano } from '../../../shared/model/money.ts';
import type { AttemptTrace, Trace } from '../../../shared/model/trace.ts';
import { totalInput } from '../../../shared/model/usage.ts';
import { operationOf, providerNameOf, serverOf } from './gen-ai.ts';
import { errorTypeOf, type FindProvider } from './request-spans.ts';
import { Histogram, Sum } from './series.ts';
import type { Attributes, MetricData } from './telemetry.ts';

/** Bounds as the conventions give them. */
const TOKEN_BOUNDS = [
  1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
];
const DURATION_BOUNDS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];
const MAX_MODEL = 128;

/** The conventions' metrics of a client, of each attempt, and what it cost. */
export class GenAiMetrics {
  readonly #provider: FindProvider;
  readonly #tokens = new Histogram(TOKEN_BOUNDS);
  readonly #duration = new Histogram(DURATION_BOUNDS);
  readonly #firstChunk = new Histogram(DURATION_BOUNDS);
  readonly #cost = new Sum();

  constructor(provider: FindProvider) {
    this.#provider = provider;
  }

  record(trace: Trace): void {
    for (const attempt of trace.attempts) this.#record(trace, attempt);
  }

  /** All that was recorded since the start; nothing before the first attempt. */
  collect(): readonly MetricData[] {
    const metrics: readonly MetricData[] = [
      {
        name: 'gen_ai.client.token.usage',
        unit: '{token}',
        description: 'Number of input and output tokens used.',
        data: histogram(this.#tokens),
      },
      {
        name: 'gen_ai.client.operation.duration',
        unit: 's',
        description: 'GenAI operation duration.',
        data: histogram(this.#duration),
      },
      {
        name: 'gen_ai.client.operation.time_to_first_chunk',
        unit: 's',
        description: 'Time to receive the first chunk of a stream.',
        data: histogram(this.#firstChunk),
      },
      {
        name: 'apikeyrouter.client.cost',
        unit: 'USD',
        description: 'Cost of attempts, also of failed and aborted ones.',
        data: { kind: 'sum', points: this.#cost.points() },
      },
    ];
    return metrics.filter(({ data }) => data.points.length > 0);
  }

  #record(trace: Trace, attempt: AttemptTrace): void {
    const place = this.#provider(attempt.providerId);
    const attributes: Attributes = {
      'gen_ai.operation.name': operationOf(trace.protocol),
      'gen_ai.provider.name': providerNameOf(attempt.providerId, place),
      'gen_ai.request.model': attempt.model.slice(0, MAX_MODEL),
      ...serverOf(place),
    };
    const { usage, startedAt, firstTokenAt, endedAt, costNano } = attempt;
    this.#duration.record(seconds(startedAt, endedAt), { ...attributes, 'error.type': errorTypeOf(attempt) });
    if (firstTokenAt !== undefined) this.#firstChunk.record(seconds(startedAt, firstTokenAt), attributes);
    if (usage) {
      this.#tokens.record(totalInput(usage), { ...attributes, 'gen_ai.token.type': 'input' });
      this.#tokens.record(usage.outputTokens, { ...attributes, 'gen_ai.token.type': 'output' });
    }
    if (costNano > 0) this.#cost.add(usdFromNano(costNano), attributes);
  }
}

function histogram(of: Histogram): MetricData['data'] {
  return { kind: 'histogram', bounds: of.bounds, points: of.points() };
}

function seconds(from: number, to: number): number {
  return Math.max(0, to - from) / 1000;
}
