import { concatBytes } from '../../../shared/model/bytes.ts';
import type { BodyFacts, Codec, Meter } from '../ports/codec.ts';
import type { Clock } from '../ports/clock.ts';
import type { AnswerPipe } from '../ports/translator.ts';
import type { ProviderRecord } from '../../../shared/model/records.ts';
import type { AnswerDecoder, Authorization, ClassifiedFailure, ProviderAdapter } from '../ports/provider.ts';
import type {
  HeaderMap,
  Upstream,
  UpstreamCall,
  UpstreamFailure,
  UpstreamHandler,
  UpstreamRequest,
} from '../ports/upstream.ts';
import type { CallerChannel } from './caller-channel.ts';
import { AnswerIds } from './answer-ids.ts';
import { networkFailure, redirectFailure, streamFailure } from './attempt-failure.ts';

/** An error body is read up to here: it is a sentence, not an answer. */
const MAX_ERROR_BYTES = 64 * 1024;

/** The head of an answer that was decoded into server-sent events. */
const EVENTS: HeaderMap = { 'content-type': 'text/event-stream; charset=utf-8', 'content-length': undefined };

/** How one try of one key ended. */
export interface AttemptEnd {
  /**
   * `answered`: relayed to its end. `failed`: nothing reached the caller, another key may be tried. `broken`: the
   * answer had begun. `gone`: the caller left. `outrun`: another attempt that ran beside it answered first.
   */
  readonly kind: 'answered' | 'failed' | 'broken' | 'gone' | 'outrun';
  readonly failure: ClassifiedFailure | null;
  /** Absent if no response head came. */
  readonly status: number | null;
  readonly headers: HeaderMap;
  readonly meter: Meter | null;
  readonly firstByteAt: number | null;
  /** Of a stream. */
  readonly firstTokenAt: number | null;
  /** The request never left this machine. */
  readonly unsent: boolean;
  /** Under which the provider stored the answer, and what else of its account the answer tells of. */
  readonly answerIds: readonly string[];
  /** The body of an error answer, for callers whose own fault it is. */
  readonly errorBody: Uint8Array | null;
}

export interface AttemptOptions {
  readonly codec: Codec;
  readonly adapter: ProviderAdapter;
  readonly clock: Clock;
  readonly channel: CallerChannel;
  readonly facts: BodyFacts;
  /** Turns the answer into the caller's protocol; `null`: it is the provider's. */
  readonly pipe: AnswerPipe | null;
  /** Asked before the first content is passed on; `false`: another attempt was quicker. */
  readonly claim: () => boolean;
  /** Writes the caller's head: from here on nothing may be tried again. */
  readonly commit: (status: number, headers: HeaderMap) => void;
  /** Writes what ends a stream that broke after its content began. */
  readonly endBroken: (failure: ClassifiedFailure, isStream: boolean) => void;
}

/** Sends one request to one provider and relays the answer, held back until its first content. */
export class Attempt implements UpstreamHandler {
  readonly #options: AttemptOptions;
  readonly #settle = Promise.withResolvers<AttemptEnd>();
  #call: UpstreamCall | null = null;
  #decoder: AnswerDecoder | null = null;
  #status: number | null = null;
  #headers: HeaderMap = {};
  #meter: Meter | null = null;
  #held: Uint8Array[] = [];
  #errorBytes = 0;
  #firstByteAt: number | null = null;
  #firstTokenAt: number | null = null;
  #answerIds: AnswerIds | null = null;
  #committed = false;
  #ended = false;
  #isStream = false;
  #unlisten: (() => void)[] = [];

  constructor(options: AttemptOptions) {
    this.#options = options;
  }

  /** Resolves when the attempt is over, however it ends. */
  run(
    upstream: Upstream,
    request: UpstreamRequest,
    secret: string,
    provider: ProviderRecord,
  ): Promise<AttemptEnd> {
    const { channel, adapter } = this.#options;
    this.#unlisten.push(channel.onDrain(() => this.#call?.resume()));
    this.#unlisten.push(channel.onGone(() => this.#end('gone', null)));
    if (adapter.authorize)
      void this.#authorize(upstream, request, adapter.authorize(request, secret, provider));
    else this.#dispatch(upstream, request);
    return this.#settle.promise;
  }

  async #authorize(
    upstream: Upstream,
    request: UpstreamRequest,
    authorization: Promise<Authorization>,
  ): Promise<void> {
    const result = await authorization;
    if (result.ok)
      this.#dispatch(upstream, { ...request, headers: { ...request.headers, ...result.headers } });
    else this.#end('failed', result.failure, true);
  }

  #dispatch(upstream: Upstream, request: UpstreamRequest): void {
    if (!this.#ended) this.#call = upstream.dispatch(request, this);
  }

  /** Another attempt answers. */
  abandon(): void {
    if (!this.#committed) this.#end('outrun', null);
  }

  onHead(status: number, headers: HeaderMap): void {
    if (this.#ended || status < 200) return;
    this.#status = status;
    this.#headers = headers;
    if (status >= 300) return;
    const { codec, facts, adapter, pipe } = this.#options;
    this.#decoder = adapter.decoder?.(headers) ?? null;
    if (this.#decoder) this.#headers = { ...headers, ...EVENTS };
    const type = this.#headers['content-type'];
    this.#isStream = typeof type === 'string' && type.startsWith('text/event-stream');
    const { answers, lacksUsageChunk } = facts;
    if (pipe && this.#isStream !== facts.stream) {
      const message = 'The provider answered in another form than was asked for.';
      this.#end('failed', { class: 'server_error', message });
      return;
    }
    // The caller of a translated answer never sees the provider's id of it.
    if (!pipe) this.#answerIds = AnswerIds.of(codec.protocol);
    this.#meter = codec.meter({
      stream: this.#isStream,
      stripUsageChunk: lacksUsageChunk,
      answers,
      ...(typeof type === 'string' ? { contentType: type } : {}),
    });
  }

  onData(chunk: Uint8Array): boolean {
    if (this.#ended) return true;
    this.#firstByteAt ??= this.#options.clock.now();
    const meter = this.#meter;
    if (!meter) return this.#keepError(chunk);
    const bytes = this.#decoder?.push(chunk) ?? chunk;
    this.#answerIds?.push(bytes);
    const pieces = this.#translated(meter.push(bytes));
    if (this.#isStream && meter.contentSeen) this.#firstTokenAt ??= this.#options.clock.now();
    if (!this.#committed) {
      this.#held.push(...pieces);
      if (meter.error) {
        this.#end('failed', streamFailure(this.#options.adapter, this.#headers, meter.error, this.#now()));
        return true;
      }
      // A translated answer in one piece only begins when it is complete.
      return meter.contentSeen && (this.#isStream || !this.#options.pipe) ? this.#commit() : true;
    }
    return this.#write(pieces);
  }

  onEnd(): void {
    if (this.#ended) return;
    const meter = this.#meter;
    if (!meter) {
      this.#end('failed', this.#classifyError());
      return;
    }
    const rest = this.#translated(meter.finish());
    if (meter.error) {
      const failure = streamFailure(this.#options.adapter, this.#headers, meter.error, this.#now());
      // After content the provider's own error event has ended the stream in the caller's protocol.
      if (this.#committed) {
        this.#write([...rest, ...(this.#options.pipe?.finish() ?? [])]);
        this.#options.channel.end();
      }
      this.#end(this.#committed ? 'broken' : 'failed', failure);
      return;
    }
    if (!meter.complete) {
      this.#break({ class: 'stream_cut', message: 'The provider ended its answer before it was complete.' });
      return;
    }
    const { pipe } = this.#options;
    this.#held.push(...rest, ...(pipe?.finish() ?? []));
    if (pipe?.failure && !this.#committed) {
      this.#end('failed', { class: 'server_error', message: pipe.failure.message });
      return;
    }
    if (this.#committed) this.#flush();
    else this.#commit();
    if (this.#ended) return;
    this.#options.channel.end();
    this.#end('answered', null);
  }

  onFailure(failure: UpstreamFailure): void {
    if (this.#ended) return;
    // With a head received, the answer itself broke off.
    const cut = failure.code === 'reset' && this.#meter !== null;
    this.#break(
      cut ? { class: 'stream_cut', message: failure.message } : networkFailure(failure),
      failure.code,
    );
  }

  #break(failure: ClassifiedFailure, code?: UpstreamFailure['code']): void {
    const unsent = code === 'dns' || code === 'connect' || code === 'proxy' || code === 'tls';
    if (this.#committed) this.#endBroken(failure);
    this.#end(this.#committed ? 'broken' : 'failed', failure, unsent);
  }

  #endBroken(failure: ClassifiedFailure): void {
    const { pipe, channel, endBroken } = this.#options;
    if (!pipe) {
      endBroken(failure, this.#isStream);
      return;
    }
    this.#write(pipe.finish());
    channel.end();
  }

  #translated(pieces: readonly Uint8Array[]): readonly Uint8Array[] {
    const { pipe } = this.#options;
    return pipe ? pieces.flatMap((piece) => pipe.push(piece)) : pieces;
  }

  #commit(): boolean {
    if (!this.#options.claim()) {
      this.#end('outrun', null);
      return true;
    }
    this.#committed = true;
    this.#options.commit(this.#status ?? 200, this.#headers);
    return this.#flush();
  }

  #flush(): boolean {
    const pieces = this.#held;
    this.#held = [];
    return this.#write(pieces);
  }

  #write(pieces: readonly Uint8Array[]): boolean {
    let keepGoing = true;
    for (const piece of pieces) keepGoing = this.#options.channel.write(piece);
    return keepGoing;
  }

  #keepError(chunk: Uint8Array): boolean {
    if (this.#errorBytes < MAX_ERROR_BYTES) this.#held.push(chunk);
    this.#errorBytes += chunk.length;
    if (this.#errorBytes >= MAX_ERROR_BYTES) this.#end('failed', this.#classifyError());
    return true;
  }

  #classifyError(): ClassifiedFailure {
    const status = this.#status ?? 0;
    if (status < 400) return redirectFailure(status);
    const decoder = new TextDecoder();
    const body = this.#held.map((piece) => decoder.decode(piece, { stream: true })).join('');
    const failure = this.#options.adapter.classify(status, this.#headers, body, this.#now());
    // What was not found is then the thing that was asked for.
    const nameless = this.#options.facts.model === '' && failure.class === 'model_unavailable';
    return nameless ? { ...failure, class: 'invalid_request' } : failure;
  }

  #now(): number {
    return this.#options.clock.now();
  }

  #end(kind: AttemptEnd['kind'], failure: ClassifiedFailure | null, unsent = false): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const unlisten of this.#unlisten) unlisten();
    if (kind !== 'answered') this.#call?.abort();
    const isError = this.#status !== null && this.#status >= 400;
    const errorBody = isError ? concatBytes(this.#held) : null;
    this.#held = [];
    this.#settle.resolve({
      kind,
      failure,
      status: this.#status,
      headers: this.#headers,
      meter: this.#meter,
      firstByteAt: this.#firstByteAt,
      firstTokenAt: this.#firstTokenAt,
      unsent,
      answerIds: this.#answerIds?.found ?? [],
      errorBody,
    });
  }
}
