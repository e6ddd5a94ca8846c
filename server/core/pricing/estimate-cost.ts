import type { NanoUsd } from '../../../shared/model/money.ts';
import { NO_USAGE } from '../../../shared/model/usage.ts';
import type { ModelPrice } from '../ports/prices.ts';
import type { TokenEstimate } from './token-calibration.ts';

/** What a prompt cache is expected to do for a request on one account. */
export interface ExpectedCache {
  /** Tokens that the account is expected to have. */
  readonly readTokens: number;
  /** Whether the caller asks for caching, so that what is not read is written. */
  readonly writesRest: boolean;
}

export const NO_CACHE: ExpectedCache = { readTokens: 0, writesRest: false };

/** What a request is expected to cost, before it is sent: a middle, and where four of five outcomes lie. */
export interface CostEstimate {
  readonly expectedNano: NanoUsd;
  readonly lowNano: NanoUsd;
  readonly highNano: NanoUsd;
}

/** Prices an estimate of tokens, with what the cache is expected to change. */
export function estimateCost(price: ModelPrice, tokens: TokenEstimate, cache: ExpectedCache): CostEstimate {
  const { inputTokens: input, outputTokens: output } = tokens;
  return {
    expectedNano: price.cost(usage(input.expected, output.expected, cache)),
    lowNano: price.cost(usage(input.low, output.low, cache)),
    highNano: price.cost(usage(input.high, output.high, cache)),
  };
}

function usage(input: number, output: number, cache: ExpectedCache): typeof NO_USAGE {
  const read = Math.min(cache.readTokens, input);
  const rest = input - read;
  return {
    ...NO_USAGE,
    ...(cache.writesRest ? { cacheWriteTokens: rest } : { inputTokens: rest }),
    cacheReadTokens: read,
    outputTokens: output,
  };
}
