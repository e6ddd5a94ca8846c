import type { ProviderRecord } from '../../../shared/model/records.ts';
import type { CandidateFacts, Protocol, SkippedKey } from '../../../shared/model/trace.ts';
import type { CellBook } from '../key/cell-book.ts';
import { type KeyPool, type PooledKey, protocolsFor } from '../key/key-pool.ts';
import type { ModelTarget } from '../model-names/resolution.ts';
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
import { Findings, type Found } from './findings.ts';
import { declaredObstacle, obstacleOf } from './filter.ts';
import type { CachedPrefix, PromptCaches } from './prompt-caches.ts';

/** A key that could serve a request with a model, and all that an attempt needs of it. */
export interface RouteCandidate extends Candidate {
  /** The names that led to its model. */
  readonly via: readonly string[];
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
  /** Those whose keys are candidates of one decision. */
  readonly models: readonly ModelTarget[];
  readonly form: RequestForm;
  /** Other protocols in which the request can be written. */
  readonly targets: readonly Protocol[];
  /** By the caller; comes before what a model's name says. */
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

const NO_MODEL = { model: null, via: [] };
/** A key's declared quality where nothing is declared. */
const MIDDLE_QUALITY = 0.5;

/** Looks at the keys that serve a model: those that can take a request now, and why the others can't. */
export class CandidateFinder {
  readonly #parts: FinderParts;

  constructor(parts: FinderParts) {
    this.#parts = parts;
  }

  find(wanted: Wanted): Found {
    const { models, form, targets, plan, now } = wanted;
    const protocols = [form.codec.protocol, ...targets];
    const findings = new Findings(models.length > 1 ? 'several models' : 'one model');
    for (const target of models) {
      const pinned = wanted.pinnedProvider ?? target.pinnedProvider;
      const keys = this.#parts.pool.serving(target.model, protocols, pinned);
      const search = new Search(this.#parts, wanted, { target, pinned, count: keys.length, findings });
      keys.forEach((key, index) => search.look(key, index));
    }
    return findings.sift(plan, this.#parts.learned, now);
  }
}

/** The keys of one model that are looked at. */
interface SearchedModel {
  readonly target: ModelTarget;
  readonly pinned: string | null;
  readonly count: number;
  readonly findings: Findings;
}

/** One look over the keys of one model: prices and estimates are worked out once for all keys of one price. */
class Search {
  readonly #parts: FinderParts;
  readonly #wanted: Wanted;
  readonly #searched: SearchedModel;
  readonly #model: string;
  readonly #estimates = new Map<ModelPrice, CostEstimate>();
  readonly #cached: boolean;
  readonly #families = new Map<ProviderAdapter, string>();
  readonly #prices = new Map<ProviderRecord, ModelPrice | null>();
  #tokens: TokenEstimate | null = null;

  constructor(parts: FinderParts, wanted: Wanted, searched: SearchedModel) {
    this.#parts = parts;
    this.#wanted = wanted;
    this.#searched = searched;
    this.#model = searched.target.model;
    this.#cached = parts.caches.knows(wanted.conversation, this.#model);
  }

  look(key: PooledKey, index: number): void {
    const { form, references, team, plan, now } = this.#wanted;
    const { target, pinned } = this.#searched;
    const model = this.#model;
    const { bound, cells, quotas } = this.#parts;
    const keyId = key.record.id;
    if (pinned !== null && key.provider.id !== pinned) {
      this.#skip({ keyId, reason: 'not_pinned' });
      return;
    }
    if (references.length > 0 && bound.elsewhere(key, references) !== null) {
      this.#skip({ keyId, reason: 'other_account' });
      return;
    }
    const family = this.#family(key);
    // What never changes by itself comes first: only keys that may serve are worth waiting for.
    // What names no model and costs nothing is nobody's use of a model.
    const named = model === '' && !form.codec.billed ? null : model;
    const declared = declaredObstacle(key, named, team);
    if (declared) {
      this.#skip(declared);
      return;
    }
    const refused = plan.refuse(key.facts, named === null ? NO_MODEL : target);
    if (refused) {
      this.#skip({ keyId, ...refused });
      return;
    }
    const obstacle = obstacleOf(key, family, cells) ?? quotas.obstacle(key, family, now);
    if (obstacle) {
      this.#skip(obstacle);
      return;
    }
    this.#add(key, family, index);
  }

  #skip(skipped: SkippedKey): void {
    this.#searched.findings.skip(skipped, this.#model);
  }

  #add(key: PooledKey, family: string, index: number): void {
    const { form, targets, plan, now, cursor } = this.#wanted;
    const { count } = this.#searched;
    const model = this.#model;
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
      this.#skip({ keyId, reason: 'price_unknown', rule: plan.unknownPrice.rule });
      return;
    }
    const prefix = this.#cached
      ? this.#parts.caches.expected(this.#wanted.conversation, model, key.account, now)
      : null;
    const estimate = price && this.#estimate(price, form, prefix);
    if (estimate && plan.maxCost && estimate.highNano > plan.maxCost.value) {
      this.#skip({ keyId, reason: 'too_expensive', rule: plan.maxCost.rule });
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
      turn: (index + count - (cursor % count)) % count,
    };
    this.#searched.findings.add({
      keyId,
      providerId: key.provider.id,
      model,
      via: this.#searched.target.via,
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
    const { target, findings } = this.#searched;
    const placed = this.#wanted.plan.preferenceFor(key.facts, target);
    if (!placed) return 0;
    findings.rankedBy(placed.reference);
    return placed.keyPreference?.(key.facts) ?? 0;
  }

  #family({ adapter }: PooledKey): string {
    let family = this.#families.get(adapter);
    if (family === undefined) this.#families.set(adapter, (family = adapter.family(this.#model)));
    return family;
  }

  #price(key: PooledKey): ModelPrice | null {
    const { provider, record } = key;
    if (record.metadata.prices) return priceOf(this.#parts.prices, key, this.#model);
    let price = this.#prices.get(provider);
    if (price === undefined) {
      this.#prices.set(provider, (price = priceOf(this.#parts.prices, key, this.#model)));
    }
    return price;
  }

  #estimate(price: ModelPrice, form: RequestForm, prefix: CachedPrefix | null): CostEstimate {
    const { callerId } = this.#wanted;
    if (!prefix) {
      const known = this.#estimates.get(price);
      if (known) return known;
    }
    this.#tokens ??= this.#parts.calibration.estimate(
      this.#model,
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
