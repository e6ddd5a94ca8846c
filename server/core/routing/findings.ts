import type { RuleReference, SkippedKey } from '../../../shared/model/trace.ts';
import type { RoutePlan } from '../policy/route-plan.ts';
import type { LearnedLimits } from '../quota/learned-limits.ts';
import type { RouteCandidate } from './candidate-finder.ts';

/** What a search for candidates came to. */
export interface Found {
  readonly candidates: readonly RouteCandidate[];
  readonly skipped: readonly SkippedKey[];
  /** The rules that ranked a candidate. */
  readonly preferences: ReadonlySet<RuleReference>;
}

/** Gathers the candidates of all models of one decision, and then leaves out those that others make dispensable. */
export class Findings {
  readonly #candidates: RouteCandidate[] = [];
  readonly #skipped: SkippedKey[] = [];
  readonly #preferences = new Set<RuleReference>();
  /** Where there is one model, skipped keys need not name it. */
  readonly #several: boolean;

  constructor(models: 'one model' | 'several models') {
    this.#several = models === 'several models';
  }

  add(candidate: RouteCandidate): void {
    this.#candidates.push(candidate);
  }

  skip(skipped: SkippedKey, model: string): void {
    this.#skipped.push(this.#several ? { ...skipped, model } : skipped);
  }

  rankedBy(rule: RuleReference): void {
    this.#preferences.add(rule);
  }

  sift(plan: RoutePlan, learned: LearnedLimits, now: number): Found {
    let left = this.#leaveSpent(learned, now);
    for (const { value, rule, soft } of plan.minSuccessRates) {
      const reliable = left.filter(({ facts }) => facts.successRate >= value);
      if (soft && reliable.length === 0) continue;
      left = this.#leave(left, reliable, 'unreliable', rule);
    }
    const { avoidExhaustion } = plan;
    if (avoidExhaustion) {
      const lasting = left.filter(
        ({ facts }) => facts.exhaustedAt === null || facts.exhaustedAt - now > avoidExhaustion.value,
      );
      // While others can serve.
      if (lasting.length > 0) left = this.#leave(left, lasting, 'predicted_exhaustion', avoidExhaustion.rule);
    }
    return { candidates: left, skipped: this.#skipped, preferences: this.#preferences };
  }

  /** An account whose last answer said that nothing is left rests until its reset, while others can serve. */
  #leaveSpent(learned: LearnedLimits, now: number): readonly RouteCandidate[] {
    // Where headroom is left, nothing is spent.
    const left = this.#candidates.filter(
      ({ key, family, facts }) => facts.headroom > 0 || learned.spentUntil(key.account, family, now) === null,
    );
    if (left.length === 0 || left.length === this.#candidates.length) return this.#candidates;
    for (const { key, family, keyId, model } of this.#candidates) {
      const until = learned.spentUntil(key.account, family, now);
      if (until !== null) this.skip({ keyId, reason: 'limit_spent', until }, model);
    }
    return left;
  }

  #leave(
    before: readonly RouteCandidate[],
    after: readonly RouteCandidate[],
    reason: SkippedKey['reason'],
    rule: NonNullable<SkippedKey['rule']>,
  ): readonly RouteCandidate[] {
    for (const candidate of before) {
      if (!after.includes(candidate)) this.skip({ keyId: candidate.keyId, reason, rule }, candidate.model);
    }
    return after;
  }
}
