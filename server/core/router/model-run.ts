import type { FailureClass } from '../../../shared/model/reasons.ts';
import type { PooledKey } from '../key/key-pool.ts';
import type { Stage } from '../model-names/resolution.ts';
import type { CandidateFinder, RouteCandidate } from '../routing/candidate-finder.ts';
import { decide, type Decided } from '../routing/decide.ts';
import { obstacleOf } from '../routing/filter.ts';
import type { NotAdmitted } from './admission.ts';
import type { AttemptRunner, Denied, TriedKey } from './attempt-runner.ts';
import type { CallerChannel } from './caller-channel.ts';
import { soonestEnd } from './no-candidate.ts';
import { Race } from './race.ts';
import type { RequestRun } from './request-run.ts';
import type { RouterParts } from './router-parts.ts';

/** Attempts of one request over all keys and models, and rounds over the keys of one model. */
const MAX_ATTEMPTS = 6;
const MAX_ROUNDS = 3;
/** A key that is back this soon is waited for rather than failing the request. */
const MAX_WAIT_MS = 2_000;
/** Waits before failures that pass by themselves are tried again: full jitter below this, doubled each round. */
const BACKOFF_MS = { first: 250, last: 2_000 };
const PASSING: ReadonlySet<FailureClass> = new Set([
  'server_error',
  'network',
  'stream_cut',
  'stream_error',
  'overloaded',
]);

/** How far the keys of one model got with a request. */
export interface ModelServed {
  /**
   * `answered`: the caller has its answer, or left. `my_request`: no key helps. `deadline`: time is up. `final`: nothing
   * may be sent at all. `unclear`: it may have been carried out, and must not be twice. `used_up`: another model may be
   * tried.
   */
  readonly end: 'answered' | 'my_request' | 'deadline' | 'final' | 'unclear' | 'used_up';
  readonly tried: TriedKey | null;
  readonly denied: NotAdmitted | null;
  /** Whether any key serves the model. */
  readonly known: boolean;
}

/** Tries the keys of one model, or of a group's models, in the order of the decision, in a few rounds. */
export class ModelRun {
  readonly #parts: RouterParts;
  readonly #finder: CandidateFinder;
  readonly #runner: AttemptRunner;
  #cursor = 0;
  /** Start tag of the request served last (start-time fair queueing). */
  #fairTime = 0;

  constructor(parts: RouterParts, finder: CandidateFinder, runner: AttemptRunner) {
    this.#parts = parts;
    this.#finder = finder;
    this.#runner = runner;
  }

  /** The decision for a request and its model, or models, as things stand. */
  decide(run: RequestRun, stage: Stage): Decided<RouteCandidate> & { readonly known: boolean } {
    const { plan, objective } = run;
    const now = this.#parts.clock.now();
    const { candidates, skipped, preferences } = this.#find(run, stage, this.#cursor++);
    const decided = decide({
      at: now,
      model: stage.name,
      objective,
      candidates,
      skipped,
      rules: preferences.size > 0 ? [...new Set([...plan.applied, ...preferences])] : plan.applied,
      sticky: plan.sticky,
    });
    return { ...decided, known: candidates.length + skipped.length > 0 };
  }

  /** `more`: other models follow, so that nobody waits for the keys of this one. */
  async serve(
    run: RequestRun,
    stage: Stage,
    channel: CallerChannel,
    others: 'more' | 'last',
  ): Promise<ModelServed> {
    const { clock, random } = this.#parts;
    let served: ModelServed = { end: 'used_up', tried: null, denied: null, known: false };
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const { decision, order, known } = this.decide(run, stage);
      run.decisions.push(decision);
      const tried = await this.#tryEach(run, channel, order);
      served = {
        end: tried.end,
        tried: tried.tried ?? served.tried,
        denied: tried.denied ?? served.denied,
        known,
      };
      if (served.end !== 'used_up' || others === 'more' || this.#attemptsLeft(run) === 0) return served;
      const wait = this.#waitFor(run, stage, served.tried, random.next() * backoff(round));
      if (wait === null || clock.now() + wait >= run.deadline) return served;
      if (await this.#pause(Math.max(1, wait), channel)) continue;
      run.outcome = 'cancelled';
      run.status = 499;
      return { ...served, end: 'answered' };
    }
    return served;
  }

  #find(run: RequestRun, stage: Stage, cursor = 0): ReturnType<CandidateFinder['find']> {
    const { request, plan, pinnedProvider, facts } = run;
    return this.#finder.find({
      models: stage.targets,
      form: request,
      targets: this.#parts.translator.targets(request.codec.protocol),
      pinnedProvider,
      callerId: request.virtualKey.id,
      team: facts.team,
      conversation: request.facts.conversation,
      references: run.references,
      plan,
      now: this.#parts.clock.now(),
      cursor,
    });
  }

  /** How long until trying again makes sense; `null`: it does not. */
  #waitFor(run: RequestRun, stage: Stage, last: TriedKey | null, backoffMs: number): number | null {
    const { candidates, skipped } = this.#find(run, stage);
    const failure = last?.attempt.failure?.class;
    if (failure && PASSING.has(failure) && candidates.length > 0) return backoffMs;
    const soonest = soonestEnd(skipped);
    if (soonest === null) return null;
    const wait = soonest - this.#parts.clock.now();
    return wait <= MAX_WAIT_MS ? wait : null;
  }

  async #tryEach(
    run: RequestRun,
    channel: CallerChannel,
    order: readonly RouteCandidate[],
  ): Promise<Omit<ModelServed, 'known'>> {
    const { cells, clock } = this.#parts;
    let tried: TriedKey | null = null;
    let denied: NotAdmitted | null = null;
    const waiting = [...order];
    for (let candidate = waiting.shift(); candidate; candidate = waiting.shift()) {
      if (this.#attemptsLeft(run) === 0) break;
      if (clock.now() >= run.deadline) return { end: 'deadline', tried, denied };
      // An earlier attempt may have closed this one's account or provider too.
      if (tried && obstacleOf(candidate.key, candidate.family, cells)) continue;
      for (const result of await this.#try(run, channel, candidate, waiting)) {
        if (result.kind === 'denied') {
          denied = result.by;
          const end = this.#refused(run, candidate, result.by);
          if (end) return { end, tried, denied };
          continue;
        }
        if (result.end.kind === 'outrun') continue;
        tried = result;
        if (this.#withoutReasoning(run, result)) {
          waiting.unshift(result.candidate);
          continue;
        }
        if (this.#ended(run, result)) return { end: 'answered', tried, denied };
        if (result.attempt.failure?.fault === 'my_request') return { end: 'my_request', tried, denied };
        if (run.request.target?.repeatable === false && mayBeDone(result)) {
          return { end: 'unclear', tried, denied };
        }
      }
      if (denied?.kind === 'downgrade') break;
    }
    return { end: 'used_up', tried, denied };
  }

  /** Whether the request can be tried once more because all that is wrong is the reasoning in it. */
  #withoutReasoning(run: RequestRun, { candidate, attempt }: TriedKey): boolean {
    if (attempt.failure?.class !== 'reasoning_unreadable') return false;
    this.#parts.bound.refused(candidate.key, run.signatures);
    if (run.reasoningRefused || run.signatures.length === 0 || run.plan.keepReasoning) return false;
    run.reasoningRefused = true;
    return true;
  }

  /** One candidate; with a hedge a second one beside it, if the first has not begun to answer by then. */
  async #try(
    run: RequestRun,
    channel: CallerChannel,
    candidate: RouteCandidate,
    waiting: RouteCandidate[],
  ): Promise<readonly (TriedKey | Denied)[]> {
    const { hedgeAfterMs } = run.plan;
    const second = waiting[0];
    this.#takeTurn(candidate.key);
    const once = run.request.target?.repeatable === false;
    if (hedgeAfterMs === null || once || !second || this.#attemptsLeft(run) < 2) {
      const result = await this.#runner.run(run, candidate, channel, null);
      return result ? [result] : [];
    }
    const race = new Race();
    const first = this.#runner.run(run, candidate, channel, race);
    const late = await this.#isLate(first, hedgeAfterMs);
    if (!late || race.decided) return [await first].filter((result) => result !== null);
    waiting.shift();
    this.#takeTurn(second.key);
    const results = await Promise.all([first, this.#runner.run(run, second, channel, race)]);
    return results.filter((result) => result !== null);
  }

  /** What a refused reservation means for the request as a whole; `null`: other keys may fit. */
  #refused(run: RequestRun, candidate: RouteCandidate, by: NotAdmitted): ModelServed['end'] | null {
    if (by.kind === 'gone') {
      run.outcome = 'cancelled';
      run.status = 499;
      return 'answered';
    }
    run.refuse(candidate, by);
    return by.kind === 'final' ? 'final' : null;
  }

  /** Whether an attempt ended the request, and how. */
  #ended(run: RequestRun, { end }: TriedKey): boolean {
    switch (end.kind) {
      case 'answered':
        run.status = end.status ?? 0;
        run.outcome = 'succeeded';
        return true;
      case 'broken':
        run.status = end.status ?? 0;
        run.outcome = 'failed';
        run.errorCode = 'upstream_cut';
        return true;
      case 'gone':
        run.outcome = 'cancelled';
        run.status = 499;
        return true;
      default:
        run.status = 0;
        return false;
    }
  }

  #attemptsLeft(run: RequestRun): number {
    return Math.max(0, Math.min(MAX_ATTEMPTS, run.plan.maxAttempts ?? MAX_ATTEMPTS) - run.attempts.length);
  }

  /** Start-time fair queueing: a key that was away does not get all traffic when it comes back. */
  #takeTurn(key: PooledKey): void {
    this.#fairTime = Math.max(this.#fairTime, key.health.fairTag);
    key.health.fairTag = this.#fairTime + 1 / (key.record.metadata.weight ?? 1);
    key.health.countServed();
  }

  async #isLate(first: Promise<unknown>, afterMs: number): Promise<boolean> {
    let cancel = (): void => undefined;
    const late = new Promise<boolean>((resolve) => {
      cancel = this.#parts.clock.after(afterMs, () => resolve(true));
    });
    const isLate = await Promise.race([first.then(() => false), late]);
    cancel();
    return isLate;
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

/** Whether the provider may have carried out what it did not answer for: refusals say that it did not. */
function mayBeDone({ end, attempt }: TriedKey): boolean {
  if (end.unsent) return false;
  const failure = attempt.failure?.class;
  return end.status === null || end.status < 300 || failure === 'server_error' || failure === 'timeout';
}

function backoff(round: number): number {
  return Math.min(BACKOFF_MS.last, BACKOFF_MS.first * 2 ** round);
}
