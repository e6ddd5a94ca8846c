import type { Trace } from '../../../shared/model/trace.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import type { CallerChannel } from './caller-channel.ts';
import { AttemptRunner } from './attempt-runner.ts';
import { resolveFor } from '../model-names/caller-names.ts';
import type { Stage } from '../model-names/resolution.ts';
import { CandidateFinder } from '../routing/candidate-finder.ts';
import { ModelRun } from './model-run.ts';
import { deadlineExceeded, giveUp, INTERNAL, unclear } from './give-up.ts';
import type { NotAdmitted } from './admission.ts';
import { modelNotAllowed, modelUnknown } from './no-candidate.ts';
import { replyError, replyProviderError, replyWhole } from './reply.ts';
import { RequestRun } from './request-run.ts';
import type { RoutedRequest } from './routed-request.ts';
import type { RouterParts } from './router-parts.ts';
import type { RouterFailure } from '../ports/codec.ts';
import type { TriedKey } from './attempt-runner.ts';

/** Chooses a key for each request, fails over until the first content, and books every attempt. */
export class Router {
  readonly #parts: RouterParts;
  readonly #models: ModelRun;
  readonly #running = new Set<string>();

  constructor(parts: RouterParts) {
    this.#parts = parts;
    this.#models = new ModelRun(parts, new CandidateFinder(parts), new AttemptRunner(parts));
  }

  /** Requests that are being served. */
  get running(): number {
    return this.#running.size;
  }

  /** Serves one request to its end and returns its trace. Never rejects: what goes wrong becomes an answer and a trace. */
  async handle(request: RoutedRequest, channel: CallerChannel): Promise<Trace> {
    const { events, clock, store, metrics, logger } = this.#parts;
    const run = this.#begin(request, this.#parts.policies.current);
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
    return trace;
  }

  /** The choice that would be made for a request now; nothing is reserved or sent. */
  preview(
    request: RoutedRequest,
    policies = this.#parts.policies.current,
  ): ReturnType<ModelRun['decide']> & { readonly run: RequestRun } {
    const run = this.#begin(request, policies);
    const decided = this.#stages(run).map((stage) => this.#models.decide(run, stage));
    const first = decided.find(({ order }) => order.length > 0) ?? decided[0];
    return { ...(first ?? this.#models.decide(run, { name: run.model, targets: [] })), run };
  }

  #begin(request: RoutedRequest, policies: PolicySet): RequestRun {
    const { names } = this.#parts;
    const { virtualKey, facts, pinnedProvider, codec } = request;
    const { model } = facts;
    // What names no model and costs nothing is nobody's use of a model.
    const resolution =
      model === '' && !codec.billed
        ? names.resolve(model)
        : resolveFor(names, virtualKey, model, pinnedProvider);
    return resolution
      ? new RequestRun(request, resolution, policies)
      : new RequestRun(request, names.resolve(model), policies, modelNotAllowed(virtualKey, model));
  }

  /** What is tried one after the other: what was asked for, and what the policies name beside it. */
  #stages(run: RequestRun): readonly Stage[] {
    const { plan, model, resolution } = run;
    const [only] = plan.models;
    if (plan.models.length === 1 && only === model) return resolution.stages;
    const stages = plan.models.flatMap((name) =>
      name === model ? resolution.stages : this.#parts.names.resolve(name).stages,
    );
    return stages.filter((stage, at) => stages.findIndex((other) => isSame(other, stage)) === at);
  }

  async #serve(run: RequestRun, channel: CallerChannel): Promise<void> {
    const { clock, events, pool, names } = this.#parts;
    if (run.refused) return this.#fail(run, channel, run.refused);
    let stages = this.#stages(run);
    let last: TriedKey | null = null;
    let denied: NotAdmitted | null = null;
    let known = false;
    for (let at = 0; ; at++) {
      const stage = stages[at];
      if (!stage) break;
      const served = await this.#models.serve(run, stage, channel, at + 1 < stages.length ? 'more' : 'last');
      known ||= served.known;
      denied = served.denied ?? denied;
      if (served.tried) last = served.tried;
      if (served.end === 'answered') return;
      if (served.end === 'final' && denied) return this.#fail(run, channel, denied.failure);
      if (served.end === 'unclear' && last) return this.#fail(run, channel, unclear(last));
      if (served.end === 'my_request' && last) {
        // A policy may name a larger model for what is too long for this one.
        const tooLong = last.attempt.failure?.class === 'context_length';
        if (!tooLong || at + 1 >= stages.length) return this.#passOnFault(run, channel, last);
      }
      if (served.end === 'deadline') return this.#fail(run, channel, deadlineExceeded(run, clock.now()));
      const cheaper = served.denied?.model;
      if (cheaper === undefined) continue;
      const there = stages;
      const more = names.resolve(cheaper).stages.filter((one) => !there.some((other) => isSame(other, one)));
      stages = stages.toSpliced(at + 1, 0, ...more);
    }
    if (!known && this.#answerCount(run, channel)) return;
    if (!known) return this.#fail(run, channel, this.#unknown(run));
    const failure = giveUp(run, last, denied, clock.now(), (id) => pool.nameOf(id));
    if (denied?.refusal && failure === denied.failure) events.budgetRefused(denied.refusal);
    this.#fail(run, channel, failure);
  }

  /** Tools count tokens to keep within a model's context: where no provider can count, an estimate serves them. */
  #answerCount(run: RequestRun, channel: CallerChannel): boolean {
    const { translator, calibration, pool } = this.#parts;
    const { codec, raw, virtualKey, id } = run.request;
    const models = run.resolution.stages.flatMap(({ targets }) => targets.map(({ model }) => model));
    const model = models.find((one) => pool.lists(one));
    if (model === undefined) return false;
    const { inputTokens } = calibration.estimate(model, virtualKey.id, raw.length, null);
    const body = translator.countAnswer(codec.protocol, inputTokens.expected);
    if (!body) return false;
    run.warnings.add('no provider of this model counts tokens: this is an estimate');
    run.status = 200;
    run.outcome = 'succeeded';
    replyWhole(channel, body, { requestId: id, warnings: [...run.warnings] });
    return true;
  }

  #unknown({ request, resolution, pinnedProvider }: RequestRun): RouterFailure {
    return modelUnknown(this.#parts.pool, resolution, request.codec.protocol, pinnedProvider);
  }

  #passOnFault(run: RequestRun, channel: CallerChannel, tried: TriedKey): void {
    run.outcome = 'failed';
    const { end, candidate, secret } = tried;
    const { vault } = this.#parts;
    const sameProtocol = candidate.form.codec.protocol === run.request.codec.protocol;
    if (end.status === null || end.status < 400 || end.errorBody === null || !sameProtocol) {
      const message = tried.attempt.failure?.message ?? 'The provider refused the request.';
      this.#fail(run, channel, { code: 'invalid_request', status: 400, message, final: true });
      return;
    }
    run.status = end.status;
    const body = vault.redact(new TextDecoder().decode(end.errorBody)).replaceAll(secret, '[redacted]');
    replyProviderError(channel, {
      status: end.status,
      headers: end.headers,
      body,
      requestId: run.request.id,
      key: candidate.key,
      secret,
    });
  }

  #fail(run: RequestRun, channel: CallerChannel, failure: RouterFailure): void {
    if (run.attempts.length > 0) run.outcome = 'failed';
    run.status = failure.status;
    run.errorCode = failure.code;
    replyError(channel, run.request.codec, failure, run.request.id);
  }
}

/** Whether two stages try the same. */
function isSame(one: Stage, other: Stage): boolean {
  return (
    one.targets.length === other.targets.length &&
    one.targets.every(({ model, pinnedProvider }, at) => {
      const same = other.targets[at];
      return same?.model === model && same.pinnedProvider === pinnedProvider;
    })
  );
}
