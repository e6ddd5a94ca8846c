import type { CellBook } from '../key/cell-book.ts';
import type { KeyPool, PooledKey } from '../key/key-pool.ts';
import type { Clock } from '../ports/clock.ts';
import type { RouterFailure } from '../ports/codec.ts';
import type { Logger } from '../ports/logger.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { PriceBook } from '../ports/prices.ts';
import type { Random } from '../ports/random.ts';
import type { Store } from '../ports/store.ts';
import type { Upstream } from '../ports/upstream.ts';
import type { Vault } from '../ports/vault.ts';
import { decide } from '../routing/decide.ts';
import { obstacleOf } from '../routing/filter.ts';
import { AttemptRunner, type TriedKey } from './attempt-runner.ts';
import type { CallerChannel } from './caller-channel.ts';
import { modelUnknown, noneEligible, soonestEnd } from './no-candidate.ts';
import { replyError, replyProviderError } from './reply.ts';
import { RequestRun } from './request-run.ts';
import type { RoutedRequest } from './routed-request.ts';
import type { RouterEvents } from './router-events.ts';

/** Attempts of one request over all keys, and waits between rounds of them. */
const MAX_ATTEMPTS = 6;
const MAX_WAITS = 2;
/** A key that is back this soon is waited for rather than failing the request. */
const MAX_WAIT_MS = 2_000;

/** All that the request path stands on. */
export interface RouterParts {
  readonly pool: KeyPool;
  readonly cells: CellBook;
  readonly store: Store;
  readonly vault: Vault;
  readonly upstream: Upstream;
  readonly prices: PriceBook;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly events: RouterEvents;
  /** ms from sending a request to the head of its answer; models may think for minutes. */
  readonly headTimeoutMs: number;
  /** ms between two pieces of an answer. */
  readonly idleTimeoutMs: number;
}

/** Chooses a key for each request, fails over until the first content, and books every attempt. */
export class Router {
  readonly #parts: RouterParts;
  readonly #runner: AttemptRunner;
  readonly #running = new Set<string>();
  #cursor = 0;
  /** Start tag of the request served last (start-time fair queueing). */
  #fairTime = 0;

  constructor(parts: RouterParts) {
    this.#parts = parts;
    this.#runner = new AttemptRunner(parts);
  }

  /** Requests that are being served. */
  get running(): number {
    return this.#running.size;
  }

  /** Serves one request to its end. Never rejects: what goes wrong becomes an answer and a trace. */
  async handle(request: RoutedRequest, channel: CallerChannel): Promise<void> {
    const { events, clock, store, metrics, logger } = this.#parts;
    const run = this.#begin(request);
    this.#running.add(request.id);
    events.requestStarted(request.id);
    try {
      await this.#serve(run, channel);
    } catch (error) {
      logger.error({ requestId: request.id, err: error }, 'request failed inside the router');
      run.outcome = 'failed';
      if (run.status === 0) this.#fail(run, channel, INTERNAL);
      else channel.cut();
    } finally {
      this.#running.delete(request.id);
    }
    const trace = run.trace(clock.now());
    metrics.requestEnded(trace);
    store.recordTrace(trace).catch((error: unknown) => {
      logger.error({ requestId: request.id, err: error }, 'trace could not be stored');
    });
    events.requestEnded(trace);
  }

  /** `provider/model` pins a provider, unless a key lists a model of exactly that name. */
  #begin(request: RoutedRequest): RequestRun {
    const { model } = request.facts;
    const slash = model.indexOf('/');
    if (slash > 0 && !this.#parts.pool.lists(model)) {
      const provider = model.slice(0, slash);
      if (this.#parts.pool.provider(provider)) {
        return new RequestRun(request, model.slice(slash + 1), provider);
      }
    }
    return new RequestRun(request, model, request.pinnedProvider);
  }

  async #serve(run: RequestRun, channel: CallerChannel): Promise<void> {
    const { pool, cells, clock } = this.#parts;
    const { request, model } = run;
    const keys = pool.serving(model, request.codec.protocol);
    if (keys.length === 0) {
      this.#fail(run, channel, modelUnknown(pool, model, request.codec.protocol, run.pinnedProvider));
      return;
    }
    for (let waits = 0; ; waits++) {
      const now = clock.now();
      const cursor = this.#cursor++;
      const decided = decide({ model, now, keys, cells, pinnedProvider: run.pinnedProvider, cursor });
      run.decisions.push(decided.decision);
      const last = await this.#tryEach(run, channel, decided.keys);
      if (last === 'done') return;
      const pending = keys
        .map((key) => obstacleOf(key, key.adapter.family(model), cells))
        .filter((obstacle) => obstacle !== null);
      const soonest = soonestEnd(pending);
      const wait = soonest === null ? Number.POSITIVE_INFINITY : soonest - clock.now();
      if (waits < MAX_WAITS && run.attempts.length < MAX_ATTEMPTS && wait <= MAX_WAIT_MS) {
        if (await this.#pause(Math.max(1, wait), channel)) continue;
        run.outcome = 'cancelled';
        run.status = 499;
        return;
      }
      this.#fail(
        run,
        channel,
        giveUp(run, last, () => noneEligible(model, decided.decision.skipped, clock.now())),
      );
      return;
    }
  }

  /** Tries candidates in order. `done`: answered, one way or another; else the last attempt that failed, if any. */
  async #tryEach(
    run: RequestRun,
    channel: CallerChannel,
    keys: readonly PooledKey[],
  ): Promise<TriedKey | 'done' | null> {
    const { cells } = this.#parts;
    let last: TriedKey | null = null;
    for (const key of keys) {
      if (run.attempts.length >= MAX_ATTEMPTS) break;
      const family = key.adapter.family(run.model);
      // An earlier attempt may have closed this one's account or provider too.
      if (last && obstacleOf(key, family, cells)) continue;
      this.#takeTurn(key);
      const tried = await this.#runner.run(run, key, family, channel);
      if (tried === null) continue;
      if (tried.kind === 'denied') {
        this.#fail(run, channel, tried.failure);
        return 'done';
      }
      last = tried;
      const { end } = tried;
      run.status = end.status ?? 0;
      switch (end.kind) {
        case 'answered':
          run.outcome = 'succeeded';
          return 'done';
        case 'broken':
          run.outcome = 'failed';
          run.errorCode = 'upstream_cut';
          return 'done';
        case 'gone':
          run.outcome = 'cancelled';
          run.status = 499;
          return 'done';
        case 'failed':
          run.status = 0;
          if (tried.attempt.failure?.fault === 'my_request') {
            this.#passOnFault(run, channel, tried);
            return 'done';
          }
      }
    }
    return last;
  }

  /** Start-time fair queueing: a key that was away does not get all traffic when it comes back. */
  #takeTurn(key: PooledKey): void {
    this.#fairTime = Math.max(this.#fairTime, key.health.fairTag);
    key.health.fairTag = this.#fairTime + 1;
    key.health.countServed();
  }

  #passOnFault(run: RequestRun, channel: CallerChannel, tried: TriedKey): void {
    run.outcome = 'failed';
    const { end, key, secret } = tried;
    const { vault } = this.#parts;
    if (end.status === null || end.status < 400 || end.errorBody === null) {
      const message = tried.attempt.failure?.message ?? 'The provider refused the request.';
      this.#fail(run, channel, { code: 'invalid_request', status: 400, message, final: true });
      return;
    }
    run.status = end.status;
    const body = vault.redact(new TextDecoder().decode(end.errorBody));
    replyProviderError(channel, {
      status: end.status,
      headers: end.headers,
      body,
      requestId: run.request.id,
      key,
      secret,
    });
  }

  #fail(run: RequestRun, channel: CallerChannel, failure: RouterFailure): void {
    if (run.attempts.length > 0) run.outcome = 'failed';
    run.status = failure.status;
    run.errorCode = failure.code;
    replyError(channel, run.request.codec, failure, run.request.id);
  }

  /** Waits, unless the caller leaves: then `false`. */
  #pause(delayMs: number, channel: CallerChannel): Promise<boolean> {
    return new Promise((resolve) => {
      const unlisten = channel.onGone(() => {
        cancel();
        resolve(false);
      });
      const cancel = this.#parts.clock.after(delayMs, () => {
        unlisten();
        resolve(true);
      });
    });
  }
}

const INTERNAL: RouterFailure = {
  code: 'internal',
  status: 500,
  message: 'The router hit an internal error; its log has the details under this request id.',
  final: false,
};

/** All attempts are used up: the error of the last one, or of there being none. */
function giveUp(run: RequestRun, last: TriedKey | null, none: () => RouterFailure): RouterFailure {
  const failure = last?.attempt.failure;
  if (!last || !failure) return run.attempts.length > 0 ? { ...none(), final: true } : none();
  const tries = run.attempts
    .map((attempt) => `${attempt.keyId}: ${attempt.failure?.class.replaceAll('_', ' ') ?? attempt.outcome}`)
    .join('; ');
  const limited = run.attempts.every((attempt) => attempt.failure?.class === 'rate_limited');
  const waits = run.attempts
    .map((attempt) => attempt.failure?.retryAfterMs)
    .filter((wait) => wait !== undefined);
  return {
    code: limited ? 'all_keys_throttled' : 'all_attempts_failed',
    status: limited ? 429 : statusOf(failure.class),
    message: `No key could answer (${tries}). The last said: ${failure.message}`,
    ...(waits.length > 0 ? { retryAfterMs: Math.min(...waits) } : {}),
    final: true,
  };
}

function statusOf(failure: NonNullable<TriedKey['attempt']['failure']>['class']): number {
  switch (failure) {
    case 'timeout':
      return 504;
    case 'model_unavailable':
      return 404;
    case 'overloaded':
      return 503;
    case 'quota_exhausted':
    case 'rate_limited':
      return 429;
    default:
      return 502;
  }
}
