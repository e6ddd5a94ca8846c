import { createHash } from 'node:crypto';
import { usdFromNano } from '../../../shared/model/money.ts';
import type { AttemptTrace, Trace } from '../../../shared/model/trace.ts';
import { totalInput } from '../../../shared/model/usage.ts';
import { operationOf, type ProviderPlace, providerNameOf, routeOf, serverOf } from './gen-ai.ts';
import type { Attributes, SpanData } from './telemetry.ts';

export type FindProvider = (providerId: string) => ProviderPlace | undefined;

const MAX_TEXT = 256;

/**
 * A request as a span of its own, below the caller's where it sent a trace context, and each attempt below that. Nothing
 * of prompts, answers or error texts is in them. Ids are derived from ours, so that a request's trace can be found.
 * None if the caller doesn't record its trace.
 */
export function requestSpans(trace: Trace, provider: FindProvider): readonly SpanData[] {
  const parent = trace.traceparent?.split('-');
  const [, parentTraceId, parentSpanId, flags = '01'] = parent ?? [];
  if ((Number.parseInt(flags, 16) & 1) === 0) return [];
  const traceId = parentTraceId ?? idOf(trace.requestId, 16);
  const spanId = idOf(trace.requestId, 8);
  const attempts = trace.attempts.map((attempt) =>
    attemptSpan(trace, attempt, { traceId, spanId }, provider),
  );
  return [
    {
      traceId,
      spanId,
      parentSpanId: parentSpanId ?? null,
      name: `${methodOf(trace)} ${routeOf(trace.protocol)}`,
      kind: 'server',
      startedAt: trace.startedAt,
      endedAt: trace.endedAt,
      attributes: requestAttributes(trace),
      // What the caller did wrong is no error of a server (semantic conventions for HTTP spans, "Status").
      status: trace.status >= 500 || trace.outcome === 'failed' ? 'error' : 'unset',
    },
    ...attempts,
  ];
}

function requestAttributes(trace: Trace): Attributes {
  const { caller } = trace;
  return {
    'http.request.method': methodOf(trace),
    'http.route': routeOf(trace.protocol),
    'http.response.status_code': trace.status,
    'url.scheme': 'http',
    'url.path': routeOf(trace.protocol),
    'error.type': trace.errorCode,
    'apikeyrouter.request.id': trace.requestId,
    'apikeyrouter.client_request.id': trace.clientRequestId,
    'apikeyrouter.outcome': trace.outcome,
    'apikeyrouter.model': short(trace.model),
    'apikeyrouter.stream': trace.stream,
    'apikeyrouter.virtual_key': short(caller.name),
    'apikeyrouter.team': short(caller.team),
    'apikeyrouter.project': short(caller.project),
    'apikeyrouter.tool': short(caller.tool),
    'apikeyrouter.tags': caller.tags.length > 0 ? caller.tags.map((tag) => short(tag) ?? '') : undefined,
    'apikeyrouter.cost.usd': { double: usdFromNano(trace.costNano) },
  };
}

/** The endpoints that the router knows take nothing else. */
function methodOf({ target }: Trace): string {
  return target?.split(' ')[0] ?? 'POST';
}

function attemptSpan(
  trace: Trace,
  attempt: AttemptTrace,
  { traceId, spanId }: Pick<SpanData, 'traceId' | 'spanId'>,
  provider: FindProvider,
): SpanData {
  const place = provider(attempt.providerId);
  const operation = operationOf(trace.protocol);
  const model = short(attempt.model) ?? '';
  const { usage, startedAt, firstTokenAt } = attempt;
  return {
    traceId,
    spanId: idOf(attempt.id, 8),
    parentSpanId: spanId,
    name: `${operation} ${model}`.trimEnd(),
    kind: 'client',
    startedAt,
    endedAt: attempt.endedAt,
    attributes: {
      'gen_ai.operation.name': operation,
      'gen_ai.provider.name': providerNameOf(attempt.providerId, place),
      'gen_ai.request.model': model,
      'gen_ai.request.stream': trace.stream,
      'gen_ai.conversation.id': short(trace.conversation),
      'gen_ai.response.id': short(attempt.answerId),
      'gen_ai.usage.input_tokens': usage && totalInput(usage),
      'gen_ai.usage.output_tokens': usage?.outputTokens,
      'gen_ai.usage.cache_read.input_tokens': usage?.cacheReadTokens,
      'gen_ai.usage.cache_creation.input_tokens': usage && usage.cacheWriteTokens + usage.cacheWrite1hTokens,
      'gen_ai.response.time_to_first_chunk':
        firstTokenAt === undefined ? undefined : { double: Math.max(0, firstTokenAt - startedAt) / 1000 },
      ...serverOf(place),
      'http.response.status_code': attempt.status,
      'error.type': errorTypeOf(attempt),
      'apikeyrouter.attempt.index': attempt.index,
      'apikeyrouter.key.id': attempt.keyId,
      'apikeyrouter.provider.id': attempt.providerId,
      'apikeyrouter.cost.usd': { double: usdFromNano(attempt.costNano) },
      'apikeyrouter.cost.basis': attempt.costBasis,
    },
    status: attempt.outcome === 'failed' ? 'error' : 'unset',
  };
}

/** `error.type` of an attempt: the class of its failure. */
export function errorTypeOf(attempt: AttemptTrace): string | undefined {
  return attempt.failure?.class;
}

function idOf(name: string, bytes: number): string {
  return createHash('sha256')
    .update(name)
    .digest('hex')
    .slice(0, 2 * bytes);
}

function short(text: string | undefined): string | undefined {
  return text?.slice(0, MAX_TEXT);
}
