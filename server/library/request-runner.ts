import type { Objective } from '../../shared/model/objectives.ts';
import type { VirtualKeyRecord } from '../../shared/model/records.ts';
import { totalInput } from '../../shared/model/usage.ts';
import { usdFromNano } from '../../shared/model/money.ts';
import type { Trace } from '../../shared/model/trace.ts';
import type { Core } from '../core/open-core.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { Random } from '../core/ports/random.ts';
import type { RoutedRequest } from '../core/router/routed-request.ts';
import { explain } from '../core/routing/explain.ts';
import { AnswerChannel } from './answer-channel.ts';
import { TextReader, textOfAnswer } from './answer-text.ts';
import { failureOf } from './failure-of.ts';
import { chatForm } from './chat-form.ts';
import { TextQueue } from './text-queue.ts';
import type { RouteMetadata, RouteRequest, RouteResponse, RouteStream } from './api.ts';

/** Takes a program's request to the core and its answer back. */
export class RequestRunner {
  readonly #core: Promise<Core>;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #objective: Objective | null;

  constructor(parts: {
    readonly core: Promise<Core>;
    readonly clock: Clock;
    readonly random: Random;
    readonly defaultObjective: Objective | null;
  }) {
    this.#core = parts.core;
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#objective = parts.defaultObjective;
  }

  async route(request: RouteRequest): Promise<RouteResponse> {
    const core = await this.#core;
    const routed = this.toRouted(request);
    const channel = new AnswerChannel(null);
    const trace = await this.#handle(core, routed, channel, request.signal);
    const raw: unknown = JSON.parse(channel.text);
    return { content: textOfAnswer(raw), metadata: metadataOf(core, trace), raw };
  }

  stream(request: RouteRequest): RouteStream {
    const queue = new TextQueue();
    const response = this.#stream(request, queue);
    // Whoever iterates is told too.
    response.catch((error: unknown) => queue.fail(error));
    return { response, [Symbol.asyncIterator]: () => queue.iterate() };
  }

  async #stream(request: RouteRequest, queue: TextQueue): Promise<RouteResponse> {
    const core = await this.#core;
    const routed = this.toRouted(request, 'stream');
    const reader = new TextReader();
    let content = '';
    const channel = new AnswerChannel((chunk) => {
      const text = reader.push(chunk);
      content += text;
      return queue.push(text);
    });
    queue.onDrain(() => channel.drained());
    queue.onLeave(() => channel.leave());
    const trace = await this.#handle(core, routed, channel, request.signal);
    queue.end();
    return { content, metadata: metadataOf(core, trace), raw: null };
  }

  /** Who asks, in which words: the same as a tool's request over HTTP. Throws `TypeError` for what is no request. */
  toRouted(request: RouteRequest, mode: 'stream' | 'whole' = 'whole'): RoutedRequest {
    const receivedAt = this.#clock.now();
    const { objective } = request;
    return {
      ...chatForm(request, mode),
      id: this.#random.id('req'),
      receivedAt,
      virtualKey: callerOf(request, receivedAt),
      headers: { 'content-type': 'application/json' },
      query: '',
      pinnedProvider: request.provider ?? null,
      objective: typeof objective === 'string' ? { primary: objective } : (objective ?? this.#objective),
      tags: request.tags ?? [],
      deadlineMs: request.deadlineMs ?? null,
    };
  }

  /** Resolves with the trace of a good answer; throws the error of any other. */
  async #handle(
    core: Core,
    routed: RoutedRequest,
    channel: AnswerChannel,
    signal?: AbortSignal,
  ): Promise<Trace> {
    signal?.throwIfAborted();
    const leave = (): void => channel.leave();
    signal?.addEventListener('abort', leave, { once: true });
    try {
      const trace = await core.router.handle(routed, channel);
      signal?.throwIfAborted();
      if (trace.outcome === 'succeeded') return trace;
      throw failureOf(trace, channel);
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  }
}

/** A program needs no virtual key: what it says of itself stands for one. */
function callerOf({ team, project, tool }: RouteRequest, now: number): VirtualKeyRecord {
  const name = [team, project, tool].filter((part) => part !== undefined).join('/');
  return {
    id: name === '' ? 'library' : `library:${name}`,
    name: name === '' ? 'library' : name,
    digest: '',
    hint: '',
    team: team ?? null,
    project: project ?? null,
    tool: tool ?? null,
    tags: [],
    limitNano: null,
    limitWindow: 'day',
    objective: null,
    createdAt: now,
    expiresAt: null,
    revokedAt: null,
  };
}

function metadataOf(core: Core, trace: Trace): RouteMetadata {
  const last = trace.attempts.findLast((attempt) => attempt.outcome === 'succeeded');
  if (!last) throw new RangeError('A good answer has an attempt that succeeded.');
  const input = last.usage ? totalInput(last.usage) : 0;
  const output = last.usage?.outputTokens ?? 0;
  const decision = trace.decisions.at(-1);
  return {
    requestId: trace.requestId,
    keyUsed: last.keyId,
    keyName: core.pool.nameOf(last.keyId),
    providerUsed: last.providerId,
    modelUsed: last.model,
    tokensUsed: { input, output, total: input + output, cached: last.usage?.cacheReadTokens ?? 0 },
    costEstimated: last.expectedNano === null ? null : usdFromNano(last.expectedNano),
    costActual: usdFromNano(trace.costNano),
    attempts: trace.attempts.length,
    routingExplanation: decision ? explain(decision, (id) => core.pool.nameOf(id)) : '',
    warnings: trace.warnings,
  };
}
