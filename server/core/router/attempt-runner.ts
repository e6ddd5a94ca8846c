import type { StateTransition } from '../../../shared/model/states.ts';
import type { AttemptTrace } from '../../../shared/model/trace.ts';
import { applyFailure, countsAgainstKey, type FailureContext } from '../key/outcome-effects.ts';
import type { PooledKey } from '../key/key-pool.ts';
import { holdsFor } from '../ledger/holds.ts';
import { type SettledCost, settleCost } from '../ledger/settle-cost.ts';
import type { BodyEdits, RouterFailure } from '../ports/codec.ts';
import type { ModelPrice } from '../ports/prices.ts';
import type { LimitReading } from '../ports/provider.ts';
import type { Admission } from '../ports/store.ts';
import type { UpstreamRequest } from '../ports/upstream.ts';
import { boundCost, type CostBounds } from '../pricing/request-bounds.ts';
import { Attempt, type AttemptEnd } from './attempt.ts';
import { recordAttempt } from './attempt-record.ts';
import { deniedFailure } from './denied.ts';
import type { CallerChannel } from './caller-channel.ts';
import { requestHeaders } from './forward-headers.ts';
import { answerHeaders } from './reply.ts';
import type { RequestRun } from './request-run.ts';
import type { RouterParts } from './router.ts';

/** One key that was tried. */
export interface TriedKey {
  readonly kind: 'tried';
  readonly key: PooledKey;
  readonly end: AttemptEnd;
  readonly attempt: AttemptTrace;
  readonly secret: string;
}

/** The ledger did not admit the attempt: nothing was sent. */
export interface Denied {
  readonly kind: 'denied';
  readonly failure: RouterFailure;
}

/** What is fixed before an attempt is sent. */
interface Plan {
  readonly attemptId: string;
  readonly key: PooledKey;
  readonly family: string;
  readonly price: ModelPrice | null;
  readonly bounds: CostBounds;
  readonly startedAt: number;
}

/** Reserves, sends, settles and draws the conclusions of one attempt at a time. */
export class AttemptRunner {
  readonly #parts: RouterParts;

  constructor(parts: RouterParts) {
    this.#parts = parts;
  }

  /** `null`: the key's secret is not at hand (it was removed or disabled meanwhile). */
  async run(
    run: RequestRun,
    key: PooledKey,
    family: string,
    channel: CallerChannel,
  ): Promise<TriedKey | Denied | null> {
    const { vault, cells, clock, prices, random } = this.#parts;
    const { request } = run;
    if (vault.reveal(key.record.id) === undefined) return null;
    const price = request.codec.billed
      ? prices.find(key.provider.kind, key.provider.baseUrl, run.model)
      : null;
    const plan: Plan = {
      attemptId: random.id('att'),
      key,
      family,
      price,
      bounds: boundCost(price, request.facts, request.raw.length),
      startedAt: clock.now(),
    };
    cells.beginProbe(key.owners, family, request.id);
    const admission = await this.#reserve(run, plan);
    // The secret is read after the wait: a key revoked meanwhile is not used any more.
    const secret = vault.reveal(key.record.id);
    if (!admission.ok || secret === undefined) {
      cells.endProbe(key.owners, family, request.id);
      if (!admission.ok) return { kind: 'denied', failure: deniedFailure(admission) };
      await this.#release(plan);
      return null;
    }
    const end = await this.#send(run, plan, secret, channel);
    const attempt = await this.#conclude(run, plan, end);
    return { kind: 'tried', key, end, attempt, secret };
  }

  async #reserve(run: RequestRun, plan: Plan): Promise<Admission> {
    const { request, model } = run;
    const { key, bounds, startedAt: at } = plan;
    const amountNano = bounds.worstNano;
    const virtualKey = request.virtualKey;
    const [admission] = await this.#parts.store.reserveMany([
      {
        attemptId: plan.attemptId,
        requestId: request.id,
        keyId: key.record.id,
        providerId: key.provider.id,
        virtualKeyId: virtualKey.id,
        model,
        at,
        amountNano,
        holds: holdsFor({ keyId: key.record.id, virtualKey, amountNano, at }),
      },
    ]);
    return admission ?? { ok: false, code: 'unavailable', message: 'the store gave no answer' };
  }

  async #release(plan: Plan): Promise<void> {
    const { store, clock } = this.#parts;
    const at = clock.now();
    const nothing = { costNano: 0, costBasis: 'not_billed', usage: null } as const;
    await store.settleMany([{ attemptId: plan.attemptId, at, ...nothing }]);
  }

  #send(run: RequestRun, plan: Plan, secret: string, channel: CallerChannel): Promise<AttemptEnd> {
    const { clock, upstream } = this.#parts;
    const { request } = run;
    const { codec, facts } = request;
    const { key } = plan;
    const attempt = new Attempt({
      codec,
      adapter: key.adapter,
      clock,
      channel,
      facts,
      commit: (status, headers) => {
        run.status = status;
        channel.writeHead(
          status,
          answerHeaders({
            upstream: headers,
            requestId: request.id,
            key,
            secret,
            expectedNano: plan.bounds.expectedNano,
            lengthChanges: facts.lacksUsageChunk,
          }),
        );
      },
      endBroken: (failure, isStream) => {
        if (!isStream) {
          channel.cut();
          return;
        }
        const message = `The provider's answer broke off: ${this.#parts.vault.redact(failure.message)}`;
        const cut: RouterFailure = { code: 'upstream_cut', status: 502, message, final: true };
        channel.write(codec.errorEvent(cut, request.id));
        channel.end();
      },
    });
    return attempt.run(upstream, this.#upstreamRequest(run, key, secret));
  }

  #upstreamRequest(run: RequestRun, key: PooledKey, secret: string): UpstreamRequest {
    const { headTimeoutMs, idleTimeoutMs } = this.#parts;
    const { request } = run;
    const edits: BodyEdits = {
      ...(run.model === request.facts.model ? {} : { model: run.model }),
      ...(request.facts.lacksUsageChunk ? { includeUsage: true } : {}),
    };
    if (edits.model !== undefined) run.edits.add(`model ${request.facts.model} sent as ${edits.model}`);
    if (edits.includeUsage) run.edits.add('stream_options.include_usage added');
    const body = Object.keys(edits).length > 0 ? request.codec.edit(request.raw, edits) : request.raw;
    const base = new URL(key.provider.baseUrl);
    const prefix = base.pathname === '/' ? '' : base.pathname;
    return {
      method: 'POST',
      origin: base.origin,
      path: `${prefix}${key.adapter.path(request.codec.protocol)}${request.query}`,
      headers: requestHeaders(request.headers, key, secret, body.length),
      body,
      headTimeoutMs,
      idleTimeoutMs,
    };
  }

  async #conclude(run: RequestRun, plan: Plan, end: AttemptEnd): Promise<AttemptTrace> {
    const { clock, vault, metrics, store, logger } = this.#parts;
    const { request } = run;
    const { key, family } = plan;
    const endedAt = clock.now();
    const limits = this.#learn(key, family, end, endedAt);
    const transitions = this.#apply(run, plan, end, { now: endedAt, family, requestId: request.id, limits });
    const cost = this.#cost(run, plan, end);
    if (end.kind === 'answered' && end.meter?.usage && request.facts.lacksUsageChunk) {
      run.edits.add('usage chunk removed from the answer');
    }
    const attempt = recordAttempt({
      id: plan.attemptId,
      index: run.attempts.length,
      key,
      model: run.model,
      startedAt: plan.startedAt,
      endedAt,
      end,
      reservedNano: plan.bounds.worstNano,
      cost,
      transitions,
      redact: (text) => vault.redact(text),
    });
    run.attempts.push(attempt);
    metrics.attemptEnded(attempt);
    const settled = store
      .settleMany([{ attemptId: plan.attemptId, at: endedAt, ...cost }])
      .catch((error: unknown) => {
        // Its hold stays; after a restart the attempt is shown as one of unknown outcome.
        logger.error({ requestId: request.id, attemptId: plan.attemptId, err: error }, 'settlement failed');
      });
    // What a failure taught is kept before anybody hears of it. After an answer the trace follows at once, in the
    // same transaction.
    if (end.kind === 'failed') await settled;
    return attempt;
  }

  #cost(run: RequestRun, plan: Plan, end: AttemptEnd): SettledCost {
    const { codec, facts, raw } = run.request;
    const refused = end.status !== null && end.status >= 300;
    const cut = end.kind !== 'answered';
    return settleCost(plan.price, {
      end: end.unsent ? 'unsent' : refused ? 'refused' : cut ? 'cut' : 'complete',
      usage: end.meter?.usage ?? null,
      bodyBytes: raw.length,
      outputBytes: end.meter?.outputBytes ?? 0,
      billed: codec.billed,
      maxOutputTokens: facts.maxOutputTokens === null ? null : facts.maxOutputTokens * facts.answers,
    });
  }

  /** What the answer's headers tell of limits and of the account behind the key. */
  #learn(key: PooledKey, family: string, end: AttemptEnd, now: number): readonly LimitReading[] {
    if (end.status === null) return [];
    const limits = key.adapter.readLimits(end.headers, now);
    if (limits.length > 0) key.health.readLimits(family, limits, now);
    const account = key.adapter.readAccount(end.headers);
    if (account !== null && account !== key.record.quotaGroup) this.#parts.events.accountSeen(key, account);
    return limits;
  }

  #apply(run: RequestRun, plan: Plan, end: AttemptEnd, context: FailureContext): readonly StateTransition[] {
    const { cells, events } = this.#parts;
    const { key, family } = plan;
    const requestId = run.request.id;
    if (end.kind === 'answered') {
      key.health.record(family, 'succeeded');
      return cells.succeeded(key.owners, family, requestId);
    }
    const transitions = end.failure ? applyFailure(cells, key, end.failure, context) : [];
    cells.endProbe(key.owners, family, requestId);
    if (end.failure?.class === 'key_invalid')
      events.keyRefused(key, this.#parts.vault.redact(end.failure.message), requestId);
    if (end.failure && countsAgainstKey(end.failure.class)) key.health.record(family, 'failed');
    return transitions;
  }
}
