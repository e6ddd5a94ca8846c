import type { ProviderRecord } from '../../../shared/model/records.ts';
import type { CandidateFacts, Protocol, RuleReference, SkippedKey } from '../../../shared/model/trace.ts';
import type { CellBook } from '../key/cell-book.ts';
import { type KeyPool, type PooledKey, protocolsFor } from '../key/key-pool.ts';
import type { RoutePlan } from '../policy/route-plan.ts';
import { inputBytes, type RequestForm } from '../ports/codec.ts';
import type { ModelPrice, PriceBook } from '../ports/prices.ts';
import type { ProviderAdapter } from '../ports/provider.ts';
import { type CostEstimate, estimateCost, type ExpectedCache, NO_CACHE } from '../pricing/estimate-cost.ts';
import { priceOf } from '../pricing/key-price.ts';
import type { TokenCalibration, TokenEstimate } from '../pricing/token-calibration.ts';
import type { LearnedLimits } from '../quota/learned-limits.ts';
import type { QuotaBook } from '../quota/quota-book.ts';
import type { AccountBound } from './account-bound.ts';
import type { Candidate } from './decide.ts';
import { declaredObstacle, obstacleOf } from './filter.ts';
import type { CachedPrefix, PromptCaches } from './prompt-caches.ts';

/** A key that could serve a request with a model, and all that an attempt needs of it. */
export interface RouteCandidate extends Candidate {
  readonly key: PooledKey;
  readonly family: string;
  /** As the caller wrote it. */
  readonly form: RequestForm;
  /** The protocol that the key's provider speaks, if it is not the caller's. */
  readonly translateTo: Protocol | null;
  /** `null`: free of charge by its protocol, or unknown. */
  readonly price: ModelPrice | null;
  readonly estimate: CostEstimate | null;
  /** What it is expected to use; `null` where nothing is billed. */
  readonly tokens: TokenEstimate | null;
}

/** What is asked for. */
export interface Wanted {
  readonly model: string;
  readonly form: RequestForm;
  /** Other protocols in which the request can be written. */
  readonly targets: readonly Protocol[];
  readonly pinnedProvider: string | null;
  readonly callerId: string;
  readonly team: string | null;
  readonly conversation: string | null;
  /** What only the account that made it can read. */
  readonly references: readonly string[];
  readonly plan: RoutePlan;
  readonly now: number;
  /** Counts up with each decision; breaks ties. */
  readonly cursor: number;
}

export interface FinderParts {
  readonly pool: KeyPool;
  readonly cells: CellBook;
  readonly prices: PriceBook;
  readonly calibration: TokenCalibration;
  readonly caches: PromptCaches;
  readonly quotas: QuotaBook;
  readonly learned: LearnedLimits;
  readonly bound: AccountBound;
}

/** A key's declared quality where nothing is declared. */
const MIDDLE_QUALITY = 0.5;

/** Looks at the keys that serve a model: those that can take a request now, and why the others can't. */
export class CandidateFinder {
  readonly #parts: FinderParts;

  constructor(parts: FinderParts) {
    this.#parts = parts;
  }

  find(wanted: Wanted): {
    readonly candidates: readonly RouteCandidate[];
    readonly skipped: readonly SkippedKey[];
    readonly preferences: ReadonlySet<RuleReference>;
  } {
    const protocols = [wanted.form.codec.protocol, ...wanted.targets];
    const keys = this.#parts.pool.serving(wanted.model, protocols, wanted.pinnedProvider);
    const search = new Search(this.#parts, wanted, keys.length);
    keys.forEach((key, index) => search.look(key, index));
    return search.result();
  }
}

/** One look over the keys of one model: prices and estimates are worked out once for all keys of one price. */
class Search {
  readonly #parts: FinderParts;
  readonly #wanted: Wanted;
  readonly #count: number;
  readonly #candidates: RouteCandidate[] = [];
  readonly #skipped: SkippedKey[] = [];
  readonly #estimates = new Map<ModelPrice, CostEstimate>();
  readonly #cached: boolean;
  /** The rules that ranked a candidate. */
  readonly #preferences = new Set<RuleReference>();
  readonly #families = new Map<ProviderAdapter, string>();
  readonly #prices = new Map<ProviderRecord, ModelPrice | null>();
  #tokens: TokenEstimate | null = null;

  constructor(parts: FinderParts, wanted: Wanted, count: number) {
    this.#parts = parts;
    this.#wanted = wanted;
    this.#count = count;
    this.#cached = parts.caches.knows(wanted.conversation, wanted.model);
  }

  look(key: PooledKey, index: number): void {
    const { model, form, pinnedProvider, references, team, plan, now } = this.#wanted;
    const { bound, cells, quotas } = this.#parts;
    const keyId = key.record.id;
    if (pinnedProvider !== null && key.provider.id !== pinnedProvider) {
      this.#skipped.push({ keyId, reason: 'not_pinned' });
      return;
    }
    if (references.length > 0 && bound.elsewhere(key, references) !== null) {
      this.#skipped.push({ keyId, reason: 'other_account' });
      return;
    }
    const family = this.#family(key);
    // What never changes by itself comes first: only keys that may serve are worth waiting for.
    // What names no model and costs nothing is nobody's use of a model.
    const named = model === '' && !form.codec.billed ? null : model;
    const declared = declaredObstacle(key, named, team);
    if (declared) {
      this.#skipped.push(declared);
      return;
    }
    const refused = plan.refuse(key.facts, named);
    if (refused) {
      this.#skipped.push({ keyId, ...refused });
      return;
    }
    const obstacle = obstacleOf(key, family, cells) ?? quotas.obstacle(key, family, now);
    if (obstacle) {
      this.#skipped.push(obstacle);
      return;
    }
    this.#add(key, family, index);
  }

  result(): ReturnType<CandidateFinder['find']> {
    const { plan, now } = this.#wanted;
    let left = this.#leaveSpent(this.#candidates);
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
  #leaveSpent(candidates: readonly RouteCandidate[]): readonly RouteCandidate[] {
    const { learned } = this.#parts;
    const { now } = this.#wanted;
    // Where headroom is left, nothing is spent.
    const left = candidates.filter(
      ({ key, family, facts }) => facts.headroom > 0 || learned.spentUntil(key.account, family, now) === null,
    );
    if (left.length === 0 || left.length === candidates.length) return candidates;
    for (const { key, family, keyId } of candidates) {
      const until = learned.spentUntil(key.account, family, now);
      if (until !== null) this.#skipped.push({ keyId, reason: 'limit_spent', until });
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
      if (!after.includes(candidate)) this.#skipped.push({ keyId: candidate.keyId, reason, rule });
    }
    return after;
  }

  #add(key: PooledKey, family: string, index: number): void {
    const { model, form, targets, plan, now, cursor } = this.#wanted;
    const { cells, quotas } = this.#parts;
    const spoken = protocolsFor(key, model);
    const translateTo = spoken.has(form.codec.protocol)
      ? null
      : nearest(targets, spoken, key.adapter.ownProtocol);
    if (translateTo === undefined) return;
    const keyId = key.record.id;
    const { billed } = form.codec;
    const price = billed && form.codec.cost !== 'deferred' ? this.#price(key) : null;
    if (billed && !price && plan.unknownPrice) {
      this.#skipped.push({ keyId, reason: 'price_unknown', rule: plan.unknownPrice.rule });
      return;
    }
    const prefix = this.#cached
      ? this.#parts.caches.expected(this.#wanted.conversation, model, key.account, now)
      : null;
    const estimate = price && this.#estimate(price, form, prefix);
    if (estimate && plan.maxCost && estimate.highNano > plan.maxCost.value) {
      this.#skipped.push({ keyId, reason: 'too_expensive', rule: plan.maxCost.rule });
      return;
    }
    const uncached = prefix && price ? this.#estimate(price, form, null) : estimate;
    const facts: CandidateFacts = {
      successRate: key.health.successRate(family, now),
      ...(key.health.isUntried(family) ? { untried: true } : {}),
      headroom: quotas.headroom(key, family, now),
      expectedNano: estimate ? estimate.expectedNano : billed ? null : 0,
      expectedMs: key.health.expectedMs(family, now),
      quality: key.record.metadata.quality ?? MIDDLE_QUALITY,
      fairTag: key.health.fairTag,
      weight: key.record.metadata.weight ?? 1,
      served: key.health.served,
      recovering: cells.isRecovering(key.owners, family),
      cachedTokens: prefix?.tokens ?? 0,
      cacheSavesNano: estimate && uncached ? Math.max(0, uncached.expectedNano - estimate.expectedNano) : 0,
      preference: this.#preference(key),
      ...(translateTo === null ? {} : { translated: true }),
      exhaustedAt: quotas.exhaustedAt(key, family, now, plan.avoidExhaustion?.minConfidence),
      turn: (index + this.#count - (cursor % this.#count)) % this.#count,
    };
    this.#candidates.push({
      keyId,
      providerId: key.provider.id,
      model,
      facts,
      key,
      family,
      form,
      translateTo,
      price,
      estimate,
      tokens: this.#tokens,
    });
  }

  #preference(key: PooledKey): number {
    const placed = this.#wanted.plan.preferenceFor(key.facts);
    if (!placed) return 0;
    this.#preferences.add(placed.reference);
    return placed.keyPreference?.(key.facts) ?? 0;
  }

  #family({ adapter }: PooledKey): string {
    let family = this.#families.get(adapter);
    if (family === undefined) this.#families.set(adapter, (family = adapter.family(this.#wanted.model)));
    return family;
  }

  #price(key: PooledKey): ModelPrice | null {
    const { provider, record } = key;
    if (record.metadata.prices) return priceOf(this.#parts.prices, key, this.#wanted.model);
    let price = this.#prices.get(provider);
    if (price === undefined) {
      this.#prices.set(provider, (price = priceOf(this.#parts.prices, key, this.#wanted.model)));
    }
    return price;
  }

  #estimate(price: ModelPrice, form: RequestForm, prefix: CachedPrefix | null): CostEstimate {
    const { model, callerId } = this.#wanted;
    if (!prefix) {
      const known = this.#estimates.get(price);
      if (known) return known;
    }
    this.#tokens ??= this.#parts.calibration.estimate(
      model,
      callerId,
      inputBytes(form),
      form.facts.maxOutputTokens,
    );
    const estimate = estimateCost(price, this.#tokens, this.#expectedCache(form, prefix));
    if (!prefix) this.#estimates.set(price, estimate);
    return estimate;
  }

  /** A caller that has Anthropic cache its prompt pays for writing what the account does not have. */
  #expectedCache({ codec }: RequestForm, prefix: CachedPrefix | null): ExpectedCache {
    if (!prefix && !this.#cached) return NO_CACHE;
    return { readTokens: prefix?.tokens ?? 0, writesRest: codec.protocol === 'anthropic-messages' };
  }
}

/** What a provider says in its own protocol is whole: that comes before what is close to the caller's. */
function nearest(
  targets: readonly Protocol[],
  spoken: ReadonlySet<Protocol>,
  own: Protocol | undefined,
): Protocol | undefined {
  const readable = targets.filter((protocol) => spoken.has(protocol));
  return readable.find((protocol) => protocol === own) ?? readable[0];
}
