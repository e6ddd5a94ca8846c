import type { NanoUsd } from '../../../shared/model/money.ts';
import type { BodyFacts } from '../ports/codec.ts';
import type { ModelPrice } from '../ports/prices.ts';

/** Output assumed where neither the request nor the price book limits it. */
const ASSUMED_OUTPUT_TOKENS = 32_768;
/** Text runs at about four bytes a token in every current tokenizer; code and CJK at three. */
const BYTES_PER_TOKEN = 4;
/** What a typical answer has, for the estimate that is shown; never for the amount held. */
const TYPICAL_OUTPUT_TOKENS = 500;

/** What an attempt may cost, before it is sent. */
export interface CostBounds {
  /** Held until settled: no answer within the request's limits costs more. */
  readonly worstNano: NanoUsd;
  readonly expectedNano: NanoUsd;
  /** False where the request has no output limit: the worst case is then an assumption. */
  readonly bounded: boolean;
}

/** Bounds from the body's size: a token is at least one byte, so that the size in bytes can't be exceeded. */
export function boundCost(
  price: ModelPrice | null,
  facts: BodyFacts,
  bodyBytes: number,
  content: 'text' | 'media' = 'text',
): CostBounds {
  if (!price) return { worstNano: 0, expectedNano: 0, bounded: false };
  const window = price.contextWindow ?? Number.POSITIVE_INFINITY;
  const input = Math.min(bodyBytes, window);
  const limit = facts.maxOutputTokens;
  const output = Math.min(limit ?? ASSUMED_OUTPUT_TOKENS, window) * facts.answers;
  const expectedOutput = Math.min(limit ?? TYPICAL_OUTPUT_TOKENS, TYPICAL_OUTPUT_TOKENS) * facts.answers;
  return {
    worstNano: price.worstCase(input, output, content),
    expectedNano: price.worstCase(estimateTokens(bodyBytes), expectedOutput),
    bounded: limit !== null,
  };
}

/** Tokens in so many bytes of text or JSON, as a fair guess. */
export function estimateTokens(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}
