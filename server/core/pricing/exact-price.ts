import type { NanoUsd } from '../../../shared/model/money.ts';
import { type MediaTokens, totalInput, type TokenUsage } from '../../../shared/model/usage.ts';
import type { ModelPrice } from '../ports/prices.ts';

/** Prices in picodollars (1e-12 USD) a token, which hold for requests with more than `above` input tokens. */
export interface Rates {
  readonly above: number;
  readonly input: bigint;
  readonly cacheRead: bigint;
  readonly cacheWrite: bigint;
  readonly cacheWrite1h: bigint;
  readonly output: bigint;
  readonly reasoning: bigint;
  /** Of pictures and sound, where they differ from text. */
  readonly media?: MediaRates;
}

/** Picodollars a token of each medium. */
export interface MediaRates {
  readonly imageInput: bigint;
  readonly audioInput: bigint;
  readonly imageOutput: bigint;
  readonly audioOutput: bigint;
}

const PICO_PER_NANO = 1000n;

/**
 * A model's price in whole picodollars. Sums are BigInt, since tokens times pico can pass 2^53, and are
 * rounded half up once.
 */
export class ExactPrice implements ModelPrice {
  readonly contextWindow: number | null;
  /** By `above`, rising; the first holds from zero on. */
  readonly #tiers: readonly [Rates, ...Rates[]];
  readonly #perRequest: bigint;

  constructor(options: {
    readonly tiers: readonly [Rates, ...Rates[]];
    /** Picodollars a request, whatever its length. */
    readonly perRequest: bigint;
    readonly contextWindow: number | null;
  }) {
    this.#tiers = options.tiers;
    this.#perRequest = options.perRequest;
    this.contextWindow = options.contextWindow;
  }

  cost(usage: TokenUsage): NanoUsd {
    const rates = this.#tierOf(totalInput(usage));
    const output = count(usage.outputTokens);
    const reasoning = smaller(count(usage.reasoningTokens), output);
    return toNano(
      this.#perRequest +
        (usage.media && rates.media ? mediaSurcharge(usage, usage.media, rates, rates.media) : 0n) +
        count(usage.inputTokens) * rates.input +
        count(usage.cacheReadTokens) * rates.cacheRead +
        count(usage.cacheWriteTokens) * rates.cacheWrite +
        count(usage.cacheWrite1hTokens) * rates.cacheWrite1h +
        (output - reasoning) * rates.output +
        reasoning * rates.reasoning,
    );
  }

  worstCase(inputTokens: number, outputTokens: number, content: 'text' | 'media' = 'text'): NanoUsd {
    let input = 0n;
    let output = 0n;
    for (const rates of this.#tiers) {
      if (rates !== this.#tiers[0] && inputTokens <= rates.above) break;
      input = largest(input, rates.input, rates.cacheRead, rates.cacheWrite, rates.cacheWrite1h);
      output = largest(output, rates.output, rates.reasoning);
      if (content === 'text' || !rates.media) continue;
      input = largest(input, rates.media.imageInput, rates.media.audioInput);
      output = largest(output, rates.media.imageOutput, rates.media.audioOutput);
    }
    return toNano(this.#perRequest + count(inputTokens) * input + count(outputTokens) * output);
  }

  #tierOf(inputTokens: number): Rates {
    let found = this.#tiers[0];
    for (const rates of this.#tiers) if (inputTokens > rates.above) found = rates;
    return found;
  }
}

/** What media cost above (or below) the same number of tokens of text. */
function mediaSurcharge(usage: TokenUsage, media: MediaTokens, rates: Rates, prices: MediaRates): bigint {
  const input = count(usage.inputTokens);
  const images = smaller(count(media.imageInput), input);
  const audio = smaller(count(media.audioInput), input - images);
  const output = count(usage.outputTokens) - smaller(count(usage.reasoningTokens), count(usage.outputTokens));
  const pictures = smaller(count(media.imageOutput), output);
  const sound = smaller(count(media.audioOutput), output - pictures);
  return (
    images * (prices.imageInput - rates.input) +
    audio * (prices.audioInput - rates.input) +
    pictures * (prices.imageOutput - rates.output) +
    sound * (prices.audioOutput - rates.output)
  );
}

/** A provider's figure as a number of tokens: what is no count at all counts as none. */
function count(tokens: number): bigint {
  if (!(tokens > 0)) return 0n;
  return BigInt(Math.min(Math.ceil(tokens), Number.MAX_SAFE_INTEGER));
}

function toNano(pico: bigint): NanoUsd {
  const nano = (pico + PICO_PER_NANO / 2n) / PICO_PER_NANO;
  return nano > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(nano);
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function largest(...amounts: readonly bigint[]): bigint {
  return amounts.reduce((most, amount) => (amount > most ? amount : most), 0n);
}
