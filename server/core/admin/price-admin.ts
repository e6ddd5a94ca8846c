import { NO_USAGE, type TokenUsage } from '../../../shared/model/usage.ts';
import type { PriceBookView, PriceView } from '../../../shared/model/views.ts';
import type { KeyPool, PooledKey } from '../key/key-pool.ts';
import { matchesPattern } from '../name-pattern.ts';
import type { Clock } from '../ports/clock.ts';
import type { ModelPrice, PriceBook } from '../ports/prices.ts';
import type { Upstream } from '../ports/upstream.ts';
import { priceOf } from '../pricing/key-price.ts';
import { refreshPrices } from '../pricing/refresh-prices.ts';
import type { AuditLog } from './audit-log.ts';

/** So few that no tier for long requests begins, so many that a million of them is exact. */
const SAMPLE_TOKENS = 1_000;
const PER_MILLION = 1_000_000 / SAMPLE_TOKENS;

/** What models cost, and the price book's editions. */
export class PriceAdmin {
  readonly #parts: {
    readonly pool: KeyPool;
    readonly prices: PriceBook;
    readonly upstream: Upstream;
    readonly clock: Clock;
    readonly audit: AuditLog;
  };

  constructor(parts: {
    readonly pool: KeyPool;
    readonly prices: PriceBook;
    readonly upstream: Upstream;
    readonly clock: Clock;
    readonly audit: AuditLog;
  }) {
    this.#parts = parts;
  }

  /** The edition in use. */
  get book(): PriceBookView {
    const { edition, asOf, source } = this.#parts.prices;
    return { edition, asOf, source };
  }

  /** Prices of all that keys list, or of models that a name or a pattern with `*` names; without tiers for long requests. */
  list(pattern?: string): readonly PriceView[] {
    const { pool, prices } = this.#parts;
    const rows = new Map<string, PriceView>();
    for (const key of pool.all()) {
      for (const model of modelsOf(key, pattern)) {
        const row = { providerId: key.provider.id, model, ...amounts(priceOf(prices, key, model)) };
        const address = JSON.stringify(row);
        const keys = [...(rows.get(address)?.keys ?? []), key.record.name];
        rows.set(address, { ...row, keys });
      }
    }
    return [...rows.values()].toSorted(
      (one, other) => compare(one.model, other.model) || compare(one.providerId, other.providerId),
    );
  }

  /** Takes over the newest edition, from where it is published (`null`) or from another address with the same data. Throws as `refreshPrices` does. */
  async refresh(source: string | null, actor: string): Promise<PriceBookView> {
    const before = this.book;
    await refreshPrices(this.#parts, source ?? undefined);
    const after = this.book;
    const target = source ?? after.source;
    await this.#parts.audit.record({ actor, action: 'prices.refresh', target, before, after });
    return after;
  }
}

/** A key without a listing may serve a model of any name: then of the one that was asked for. */
function modelsOf({ record }: PooledKey, pattern: string | undefined): readonly string[] {
  if (record.models === null) return pattern === undefined || pattern.includes('*') ? [] : [pattern];
  return pattern === undefined
    ? record.models
    : record.models.filter((model) => matchesPattern(pattern, model));
}

function amounts(price: ModelPrice | null): Omit<PriceView, 'providerId' | 'model' | 'keys'> {
  const of = (part: keyof TokenUsage): number | null =>
    price && price.cost({ ...NO_USAGE, [part]: SAMPLE_TOKENS }) * PER_MILLION;
  return {
    inputNano: of('inputTokens'),
    cacheReadNano: of('cacheReadTokens'),
    cacheWriteNano: of('cacheWriteTokens'),
    outputNano: of('outputTokens'),
    contextWindow: price?.contextWindow ?? null,
  };
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
