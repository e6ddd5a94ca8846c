import type { KeyRecord, PriceOverride } from '../../../shared/model/records.ts';
import { matchesPattern } from '../name-pattern.ts';
import type { PooledKey } from '../key/key-pool.ts';
import { nameAtProvider } from '../key/name-at-provider.ts';
import type { ModelPrice, PriceBook } from '../ports/prices.ts';
import { ExactPrice } from './exact-price.ts';

/** A model's price for one key: what was declared for the key, else what the price book says of one of its names. */
export function priceOf(book: PriceBook, key: PooledKey, model: string): ModelPrice | null {
  const { kind, baseUrl } = key.provider;
  const declared = declaredPrice(key.record, model) ?? book.find(kind, baseUrl, model);
  if (declared) return declared;
  const name = nameAtProvider(key, model);
  return name === model ? null : book.find(kind, baseUrl, name);
}

/** Declared prices by record: a changed record is another object. */
const DECLARED = new WeakMap<KeyRecord, Map<string, ModelPrice | null>>();

function declaredPrice(record: KeyRecord, model: string): ModelPrice | null {
  const { prices } = record.metadata;
  if (!prices) return null;
  let known = DECLARED.get(record);
  if (!known) DECLARED.set(record, (known = new Map<string, ModelPrice | null>()));
  let price = known.get(model);
  if (price === undefined) {
    const override = prices[model] ?? mostSpecific(prices, model);
    price = override ? toPrice(override) : null;
    if (known.size < 256) known.set(model, price);
  }
  return price;
}

/** Of several patterns that match the longest says most of the model. */
function mostSpecific(
  prices: Readonly<Record<string, PriceOverride>>,
  model: string,
): PriceOverride | undefined {
  const patterns = Object.keys(prices).filter((pattern) => matchesPattern(pattern, model));
  const longest = patterns.reduce((best, pattern) => (pattern.length > best.length ? pattern : best), '');
  return prices[longest];
}

function toPrice({ input, output, cacheRead, cacheWrite }: PriceOverride): ModelPrice {
  const written = pico(cacheWrite ?? input);
  return new ExactPrice({
    tiers: [
      {
        above: 0,
        input: pico(input),
        cacheRead: pico(cacheRead ?? input),
        cacheWrite: written,
        cacheWrite1h: written,
        output: pico(output),
        reasoning: pico(output),
      },
    ],
    perRequest: 0n,
    contextWindow: null,
  });
}

/** A dollar a million tokens is a million picodollars a token. */
function pico(usdPerMillion: number): bigint {
  return BigInt(Math.round(usdPerMillion * 1e6));
}
