/**
 * What one answer consumed, in tokens, with the parts that have prices of their own kept apart:
 * the three input parts are exclusive (their sum is the whole input), reasoning is a part of output.
 */
export interface TokenUsage {
  /** Input that was neither read from nor written to a prompt cache. */
  readonly inputTokens: number;
  readonly cacheReadTokens: number;
  /** Written to a cache with the provider's default lifetime (Anthropic: five minutes). */
  readonly cacheWriteTokens: number;
  /** Written to a cache that lives one hour (Anthropic only). */
  readonly cacheWrite1hTokens: number;
  readonly outputTokens: number;
  /** The part of `outputTokens` that the model spent on reasoning. */
  readonly reasoningTokens: number;
  /** Where media were read or made: they have prices of their own. */
  readonly media?: MediaTokens;
}

/** The parts of `inputTokens` and `outputTokens` that stand for pictures and sound. */
export interface MediaTokens {
  readonly imageInput: number;
  readonly audioInput: number;
  readonly imageOutput: number;
  readonly audioOutput: number;
}

export const NO_USAGE: TokenUsage = {
  inputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  cacheWrite1hTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};

/** All input tokens, cached or not. */
export function totalInput(usage: TokenUsage): number {
  return usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens + usage.cacheWrite1hTokens;
}
