import type { StateTransition } from '../../../shared/model/states.ts';
import type { AttemptTrace } from '../../../shared/model/trace.ts';
import { applyFailure, countsAgainstKey, type FailureContext } from '../key/outcome-effects.ts';
import { amountsOf, type SettledCost, settleCost } from '../ledger/settle-cost.ts';
import { inputBytes, type RouterFailure } from '../ports/codec.ts';
import type { LimitReading } from '../ports/provider.ts';
import type { Settlement } from '../ports/store.ts';
import type { SentMark } from '../quota/learned-limits.ts';
import type { UpstreamRequest } from '../ports/upstream.ts';
import type { RouteCandidate } from '../routing/candidate-finder.ts';
import { Admission, type Admitted, type NotAdmitted } from './admission.ts';
import { Attempt, type AttemptEnd } from './attempt.ts';
import { recordAttempt } from './attempt-record.ts';
import { buildRequest } from './build-request.ts';
import type { CallerChannel } from './caller-channel.ts';
import type { Race } from './race.ts';
import { type AnswerTranslation, prepareCandidate } from './translate-candidate.ts';
import { answerHeaders } from './reply.ts';
import type { RequestRun } from './request-run.ts';
import type { RouterParts } from './router-parts.ts';

/** One key that was tried. */
export interface TriedKey {
  readonly kind: 'tried';
  readonly candidate: RouteCandidate;
  readonly end: AttemptEnd;
  readonly attempt: AttemptTrace;
  readonly secret: string;
}

/** The ledger did not admit the attempt: nothing was sent. */
export interface Denied {
  readonly kind: 'denied';
  readonly by: NotAdmitted;
}

/** What is fixed before an attempt is sent. */
interface Plan {
  readonly run: RequestRun;
  readonly attemptId: string;
  readonly candidate: RouteCandidate;
  /** `null`: the provider speaks the caller's protocol. */
  readonly answer: AnswerTranslation | null;
  readonly admitted: Admitted;
  readonly startedAt: number;
}

/** Reserves, sends, settles and draws the conclusions of one attempt at a time. */
export class AttemptRunner {
  readonly #parts: RouterParts;
  readonly #admission: Admission;

  constructor(parts: RouterParts) {
    this.#parts = parts;
    this.#admission = new Admission(parts);
  }

  /** `null`: the key's secret is not at hand (it was removed or disabled meanwhile). */
  async run(
    run: RequestRun,
    chosen: RouteCandidate,
    channel: CallerChannel,
    race: Race | null,
  ): Promise<TriedKey | Denied | null> {
    const { vault, cells, clock, random } = this.#parts;
    const { key, family } = chosen;
    const requestId = run.request.id;
    if (vault.reveal(key.record.id) === undefined) return null;
    const prepared = prepareCandidate(this.#parts, run, chosen);
    if (!prepared.ok) return { kind: 'denied', by: prepared };
    const { candidate, answer } = prepared;
    const attemptId = random.id('att');
    const startedAt = clock.now();
    cells.beginProbe(key.owners, family, requestId);
    const admitted = await this.#admission.admit(run, candidate, attemptId, channel);
    if (!admitted.ok) {
      cells.endProbe(key.owners, family, requestId);
      return { kind: 'denied', by: admitted };
    }
    const plan: Plan = { run, attemptId, candidate, answer, admitted, startedAt };
    // The secret is read after the wait: a key revoked meanwhile is not used any more.
    const secret = vault.reveal(key.record.id);
    if (secret === undefined || race?.decided) {
      cells.endProbe(key.owners, family, requestId);
      await this.#release(plan);
      return null;
    }
    const mark = this.#countSent(candidate);
    const end = await this.#send(run, plan, secret, channel, race);
    const attempt = await this.#conclude(run, plan, end, secret, mark);
    return { kind: 'tried', candidate, end, attempt, secret };
  }

  /** What was sent is taken off the limits that the account's last answer told of. */
  #countSent({ key, family, tokens }: RouteCandidate): SentMark {
    return this.#parts.learned.sent(key.account, family, {
      requests: 1,
      inputTokens: tokens?.inputTokens.expected ?? 0,
      outputTokens: tokens?.outputTokens.expected ?? 0,
    });
  }

  #release(plan: Plan): Promise<void> {
    const at = this.#parts.clock.now();
    const nothing = { costNano: 0, costBasis: 'not_billed', usage: null, amounts: {} } as const;
    return this.#settle(plan, { attemptId: plan.attemptId, at, ...nothing });
  }

  #send(
    run: RequestRun,
    plan: Plan,
    secret: string,
    channel: CallerChannel,
    race: Race | null,
  ): Promise<AttemptEnd> {
    const { clock, upstream } = this.#parts;
    const { request } = run;
    const { candidate, attemptId, answer } = plan;
    const { key, form } = candidate;
    const { codec, facts } = form;
    const attempt = new Attempt({
      codec,
      adapter: key.adapter,
      clock,
      channel,
      facts,
      pipe: answer?.open() ?? null,
      claim: () => race?.claim(attemptId) ?? true,
      commit: (status, headers) => {
        run.status = status;
        channel.writeHead(
          status,
          answerHeaders({
            upstream: headers,
            requestId: request.id,
            key,
            secret,
            expectedNano: candidate.estimate?.expectedNano ?? 0,
            lengthChanges: facts.lacksUsageChunk || codec.editsAnswer === true,
            translatedTo: answer?.type ?? null,
            warnings: [...run.warnings],
          }),
        );
      },
      endBroken: (failure, isStream) => {
        if (!isStream) {
          channel.cut();
          return;
        }
        const message = `The provider's answer broke off: ${this.#redact(failure.message, secret)}`;
        const cut: RouterFailure = { code: 'upstream_cut', status: 502, message, final: true };
        channel.write(codec.errorEvent(cut, request.id));
        channel.end();
      },
    });
    race?.enter(attemptId, () => attempt.abandon());
    return attempt.run(upstream, this.#upstreamRequest(run, plan, secret), secret, key.provider);
  }

  #upstreamRequest(run: RequestRun, plan: Plan, secret: string): UpstreamRequest {
    const { headTimeoutMs, idleTimeoutMs, clock } = this.#parts;
    const left = run.deadline - clock.now();
    return buildRequest(run, plan.candidate, plan.admitted.outputLimit, secret, {
      headTimeoutMs: Math.max(1, Math.min(headTimeoutMs, left)),
      idleTimeoutMs,
    });
  }

  async #conclude(
    run: RequestRun,
    plan: Plan,
    end: AttemptEnd,
    secret: string,
    mark: SentMark,
  ): Promise<AttemptTrace> {
    const { clock, metrics } = this.#parts;
    const { request } = run;
    const { candidate, admitted } = plan;
    const { key, family, form } = candidate;
    const endedAt = clock.now();
    const limits = this.#learnLimits(candidate, end, mark, endedAt);
    const context = { now: endedAt, family, requestId: request.id, limits };
    const transitions = this.#apply(run, plan, end, context, secret);
    const cost = this.#cost(plan, end);
    this.#learnUsage(run, plan, end, cost, endedAt);
    if (end.kind === 'answered' && end.meter?.usage && form.facts.lacksUsageChunk) {
      run.edits.add('usage chunk removed from the answer');
    }
    const attempt = recordAttempt({
      id: plan.attemptId,
      index: run.attempts.length,
      key,
      model: candidate.model,
      startedAt: plan.startedAt,
      endedAt,
      end,
      reservedNano: admitted.bounds.worstNano,
      expectedNano: candidate.estimate?.expectedNano ?? null,
      cost,
      transitions,
      redact: (text) => this.#redact(text, secret),
    });
    run.attempts.push(attempt);
    metrics.attemptEnded(attempt);
    const settled = this.#settle(plan, {
      attemptId: plan.attemptId,
      at: endedAt,
      ...cost,
      amounts: amountsOf(cost.usage),
      ...mayBeBilled(plan, end, cost),
    });
    this.#afterSettlement(run, plan, cost, settled, endedAt);
    // What a failure taught is kept before anybody hears of it. After an answer the trace follows at once, in the
    // same transaction.
    if (end.kind === 'failed') await settled;
    return attempt;
  }

  async #settle(plan: Plan, settlement: Settlement): Promise<void> {
    const { store, logger, waits } = this.#parts;
    const { attemptId, admitted } = plan;
    try {
      await store.settleMany([settlement]);
    } catch (error) {
      // Its hold stays; after a restart the attempt is shown as one of unknown outcome.
      logger.error({ requestId: plan.run.request.id, attemptId, err: error }, 'settlement failed');
    }
    waits.released(admitted.holds.filter((hold) => hold.limit !== null).map((hold) => hold.subject));
  }

  /** Thresholds and alarms are looked at beside the request, never before its answer. */
  #afterSettlement(run: RequestRun, plan: Plan, cost: SettledCost, settled: Promise<void>, at: number): void {
    const { alerts, runaway, events, logger, quotas } = this.#parts;
    const { conversation } = run.request.facts;
    const { budgets } = plan.admitted;
    quotas.settled(plan.admitted.holds, amountsOf(cost.usage), cost.costNano, at);
    if (budgets.length > 0) {
      settled
        .then(() => alerts.check(budgets, conversation, at))
        .catch((error: unknown) =>
          logger.error({ requestId: run.request.id, err: error }, 'budget alerts could not be checked'),
        );
    }
    if (conversation === null || cost.costNano === 0) return;
    const alert = runaway.record(conversation, cost.costNano, at);
    if (alert) events.runawaySeen(alert);
  }

  #cost(plan: Plan, end: AttemptEnd): SettledCost {
    const { form, price } = plan.candidate;
    const { codec, facts } = form;
    const refused = end.status !== null && end.status >= 300;
    const cut = end.kind !== 'answered';
    const limit = plan.admitted.outputLimit ?? facts.maxOutputTokens;
    return settleCost(price, {
      end: end.unsent ? 'unsent' : refused ? 'refused' : cut ? 'cut' : 'complete',
      usage: end.meter?.usage ?? null,
      bodyBytes: inputBytes(form),
      outputBytes: end.meter?.outputBytes ?? 0,
      billed: codec.billed,
      maxOutputTokens: limit === null ? null : limit * facts.answers,
    });
  }

  /** What the answer's headers tell of limits and of the account behind the key. */
  #learnLimits(
    { key, family }: RouteCandidate,
    end: AttemptEnd,
    mark: SentMark,
    now: number,
  ): readonly LimitReading[] {
    if (end.status === null) return [];
    const limits = key.adapter.readLimits(end.headers, now);
    this.#parts.learned.read(key.account, family, limits, mark, now);
    const account = key.adapter.readAccount(end.headers);
    if (account !== null && account !== key.record.quotaGroup) this.#parts.events.accountSeen(key, account);
    return limits;
  }

  /** What a finished answer teaches of sizes, times and caches. */
  #learnUsage(run: RequestRun, plan: Plan, end: AttemptEnd, cost: SettledCost, now: number): void {
    const { bound, calibration, caches } = this.#parts;
    const { key, family, form, model } = plan.candidate;
    // A response that broke off may be stored all the same.
    bound.learn(key, end.answerIds);
    if (end.meter) bound.learn(key, end.meter.signatures);
    if (end.kind !== 'answered') return;
    bound.learn(key, [...(run.request.references ?? []), ...readBy(plan)]);
    if (end.firstByteAt !== null && form.codec.billed) {
      const tokens = cost.usage?.outputTokens ?? 0;
      key.health.recordSpeed(family, {
        firstMs: end.firstByteAt - plan.startedAt,
        restMs: now - end.firstByteAt,
        outputTokens: tokens,
        now,
      });
    }
    if (!cost.usage || cost.costBasis === 'estimated') return;
    calibration.learn(model, run.request.virtualKey.id, inputBytes(form), cost.usage);
    const { conversation } = run.request.facts;
    const { protocol } = form.codec;
    const { account } = key;
    const providerId = key.provider.id;
    caches.learn({ conversation, model, account, providerId, protocol }, cost.usage, now);
  }

  #apply(
    run: RequestRun,
    plan: Plan,
    end: AttemptEnd,
    context: FailureContext,
    secret: string,
  ): readonly StateTransition[] {
    const { cells, events } = this.#parts;
    const { key, family } = plan.candidate;
    const requestId = run.request.id;
    if (end.kind === 'answered') {
      key.health.record(family, 'succeeded', context.now);
      return cells.succeeded(key.owners, family, requestId);
    }
    const transitions = end.failure ? applyFailure(cells, key, end.failure, context) : [];
    cells.endProbe(key.owners, family, requestId);
    if (end.failure?.class === 'key_invalid') {
      events.keyRefused(key, this.#redact(end.failure.message, secret), requestId);
    }
    if (end.failure && countsAgainstKey(end.failure.class)) key.health.record(family, 'failed', context.now);
    return transitions;
  }

  /** Also of a secret that was rotated while its request ran. */
  #redact(text: string, secret: string): string {
    return this.#parts.vault.redact(text).replaceAll(secret, '[redacted]');
  }
}

/** Names of the reasoning that an account was sent, and did not refuse. */
function readBy({ candidate }: Plan): readonly string[] {
  const { bound, needed } = candidate.form.facts.signed;
  return [...bound, ...needed];
}

/**
 * An answer that is no stream and was given up may have been made, and billed, as a whole: under a limit it counts with
 * all that it may cost. A stream ends at its provider soon after it is left.
 */
function mayBeBilled(
  { candidate, admitted }: Plan,
  end: AttemptEnd,
  cost: SettledCost,
): Pick<Settlement, 'mostNano'> {
  const refused = end.status !== null && end.status >= 300;
  const seen = end.unsent || refused || end.kind === 'answered' || (end.meter?.usage ?? null) !== null;
  const mostNano = admitted.bounds.worstNano;
  if (seen || candidate.form.facts.stream || mostNano <= cost.costNano) return {};
  const limited = admitted.holds.some((hold) => hold.limit !== null && hold.unit === 'nano_usd');
  return limited ? { mostNano } : {};
}
