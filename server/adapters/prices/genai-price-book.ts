import { calcPrice, findProvider, REMOTE_DATA_JSON_URL } from '@pydantic/genai-prices';
import type {
  ModelInfo,
  ModelPrice as BookPrice,
  Provider,
  ProviderFindOptions,
} from '@pydantic/genai-prices';
import type { Clock } from '../../core/ports/clock.ts';
import type { ModelPrice, PriceBook } from '../../core/ports/prices.ts';
import { ExactPrice, type Rates } from '../../core/pricing/exact-price.ts';

/** The package's version; it exports none itself. A test compares it with what is installed. */
const BOOK_VERSION = '0.1.8';
/** When that version was published. */
const PUBLISHED_AT = Date.UTC(2026, 8, 23);

/** The book's ids of those who bill for the kinds of providers. */
const BOOK_IDS: Readonly<Record<string, string>> = {
  openai: 'openai',
  anthropic: 'anthropic',
  google: 'google',
  azure: 'azure',
  bedrock: 'aws',
  vertex: 'google',
};

/** Names come from requests: more of them than this must not grow the cache. */
const MAX_CACHED = 4096;

/** How long an answer holds where a price depends on the date or the time of day (DeepSeek), ms. */
const DATED_PRICE_MS = 60_000;

interface Entry {
  readonly price: ModelPrice | null;
  readonly until: number;
}

/**
 * Prices of `@pydantic/genai-prices`, bundled with the product: no network. A call of the library takes
 * about 12 microseconds, so that each model is asked for once and kept as exact rates.
 */
export class GenaiPriceBook implements PriceBook {
  readonly source = REMOTE_DATA_JSON_URL;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  #edition = `genai-prices ${BOOK_VERSION}`;
  #asOf = PUBLISHED_AT;
  /** A later edition than the library's own. */
  #providers: readonly Provider[] | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get edition(): string {
    return this.#edition;
  }

  get asOf(): number {
    return this.#asOf;
  }

  /**
   * The address says who bills (`https://api.groq.com`). An unknown one, such as a gateway or a simulation,
   * is taken for the provider whose kind it was given; an unknown OpenAI-compatible server has no price.
   */
  #provider(kind: string, baseUrl: string): Provider | undefined {
    const byUrl =
      baseUrl === ''
        ? undefined
        : this.#find({ providerApiUrl: baseUrl }, ({ api_pattern: pattern }) =>
            new RegExp(`^(?:${pattern})`).test(baseUrl),
          );
    if (byUrl) return byUrl;
    const bookId = BOOK_IDS[kind];
    return bookId === undefined ? undefined : this.#find({ providerId: bookId }, ({ id }) => id === bookId);
  }

  #find(options: ProviderFindOptions, matches: (provider: Provider) => boolean): Provider | undefined {
    return this.#providers ? this.#providers.find(matches) : findProvider(options);
  }

  use(data: unknown, asOf: number): void {
    if (!isBook(data)) throw new TypeError('it is no list of providers with models');
    // The library checks a provider whenever it is given one.
    for (const provider of data) calcPrice({}, '', { provider });
    this.#providers = data;
    this.#entries.clear();
    this.#edition = `genai-prices of ${new Date(asOf).toISOString().slice(0, 10)}`;
    this.#asOf = asOf;
  }

  find(providerKind: string, baseUrl: string, model: string): ModelPrice | null {
    const address = `${providerKind}\n${baseUrl}\n${model}`;
    const now = this.#clock.now();
    const known = this.#entries.get(address);
    if (known && now < known.until) return known.price;
    const entry = look(this.#provider(providerKind, baseUrl), model, now);
    if (this.#entries.size >= MAX_CACHED) {
      // The oldest goes: a Map keeps the order of insertion.
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest);
        break;
      }
    }
    this.#entries.set(address, entry);
    return entry.price;
  }
}

function look(provider: Provider | undefined, model: string, now: number): Entry {
  if (!provider) return { price: null, until: Infinity };
  const found = ask(provider, model, now);
  if (!found) return { price: null, until: Infinity };
  const dated = Array.isArray(found.model.prices);
  return {
    price: toExact(found.prices, found.model),
    until: dated ? now + DATED_PRICE_MS : Infinity,
  };
}

function ask(
  provider: Provider,
  model: string,
  now: number,
): { readonly model: ModelInfo; readonly prices: BookPrice } | null {
  const result = calcPrice({}, model, { provider, timestamp: new Date(now) });
  if (!result || !hasTokenPrice(result.model.id, result.model_price)) return null;
  return { model: result.model, prices: result.model_price };
}

/**
 * The book lists models by the hour of audio, by the page, or with no price at all (GitHub's are part of a
 * subscription): tokens say nothing of their cost. OpenRouter's `:free` models cost nothing by name.
 */
function hasTokenPrice(modelId: string, prices: BookPrice): boolean {
  return (
    prices['input_mtok'] !== undefined || prices['output_mtok'] !== undefined || modelId.endsWith(':free')
  );
}

function toExact(prices: BookPrice, model: ModelInfo): ExactPrice {
  const starts = new Set<number>();
  for (const price of Object.values(prices)) {
    if (typeof price === 'object') for (const tier of price.tiers) starts.add(tier.start);
  }
  const higher = [...starts].sort((a, b) => a - b);
  return new ExactPrice({
    tiers: [ratesAt(prices, 0), ...higher.map((above) => ratesAt(prices, above))],
    perRequest: BigInt(Math.round((priceAt(prices, 'requests_kcount', 0) ?? 0) * 1e9)),
    contextWindow: model.context_window ?? null,
  });
}

/** The rates for requests with more than `above` input tokens. Parts without a price cost what contains them. */
function ratesAt(prices: BookPrice, above: number): Rates {
  const input = priceAt(prices, 'input_mtok', above) ?? 0;
  const cacheWrite = priceAt(prices, 'cache_write_mtok', above);
  const output = priceAt(prices, 'output_mtok', above) ?? 0;
  return {
    above,
    input: pico(input),
    cacheRead: pico(priceAt(prices, 'cache_read_mtok', above) ?? input),
    cacheWrite: pico(cacheWrite ?? input),
    cacheWrite1h: pico(priceAt(prices, 'cache_write_1h_mtok', above) ?? oneHourWrite(input, cacheWrite)),
    output: pico(output),
    reasoning: pico(priceAt(prices, 'output_reasoning_mtok', above) ?? output),
    ...mediaRates(prices, above, input, output),
  };
}

/** Media without a price of their own cost what text does. */
function mediaRates(
  prices: BookPrice,
  above: number,
  input: number,
  output: number,
): Pick<Rates, 'media'> | null {
  const found = {
    imageInput: priceAt(prices, 'input_image_mtok', above),
    audioInput: priceAt(prices, 'input_audio_mtok', above),
    imageOutput: priceAt(prices, 'output_image_mtok', above),
    audioOutput: priceAt(prices, 'output_audio_mtok', above),
  };
  if (Object.values(found).every((price) => price === undefined)) return null;
  return {
    media: {
      imageInput: pico(found.imageInput ?? input),
      audioInput: pico(found.audioInput ?? input),
      imageOutput: pico(found.imageOutput ?? output),
      audioOutput: pico(found.audioOutput ?? output),
    },
  };
}

/**
 * Only Anthropic has one-hour writes: twice the input price, where the five-minute ones cost 1.25 times
 * (https://platform.claude.com/docs/en/about-claude/pricing). Entries without that price are derived by it.
 */
function oneHourWrite(input: number, cacheWrite: number | undefined): number {
  return cacheWrite === undefined ? input : Math.max(input * 2, cacheWrite);
}

/** In dollars a million tokens; a tier holds above its start, as in the library's own calculation. */
function priceAt(prices: BookPrice, key: string, above: number): number | undefined {
  const price = prices[key];
  if (typeof price !== 'object') return price;
  let found = price.base;
  for (const tier of [...price.tiers].sort((a, b) => a.start - b.start)) {
    if (above >= tier.start) found = tier.price;
  }
  return found;
}

/** A dollar a million tokens is a million picodollars a token. */
function pico(usdPerMillion: number): bigint {
  return BigInt(Math.round(usdPerMillion * 1e6));
}

/** As far as the library does not check it itself. */
function isBook(data: unknown): data is Provider[] {
  const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
  return (
    Array.isArray(data) &&
    data.length > 0 &&
    data.every(
      (provider: Partial<Provider> | null) =>
        isText(provider?.id) &&
        isText(provider?.api_pattern) &&
        Array.isArray(provider?.models) &&
        provider.models.every((model: Partial<ModelInfo> | null) => isText(model?.id) && model?.prices),
    )
  );
}
