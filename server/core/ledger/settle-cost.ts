import type { NanoUsd } from '../../../shared/model/money.ts';
import type { CostBasis } from '../../../shared/model/trace.ts';
import { NO_USAGE, totalInput, type TokenUsage } from '../../../shared/model/usage.ts';
import type { ModelPrice } from '../ports/prices.ts';
import type { Settlement } from '../ports/store.ts';
import { estimateTokens } from '../pricing/request-bounds.ts';

/** Tokens a provider may have generated beyond those that were relayed when a stream was given up. */
const ABORT_ALLOWANCE_TOKENS = 64;

export interface AttemptFacts {
  /** `refused`: an error status; `unsent`: nothing reached the provider. */
  readonly end: 'complete' | 'cut' | 'refused' | 'unsent';
  readonly usage: TokenUsage | null;
  readonly bodyBytes: number;
  /** Bytes of generated text that came. */
  readonly outputBytes: number;
  readonly billed: boolean;
  readonly maxOutputTokens: number | null;
}

export interface SettledCost {
  readonly costNano: NanoUsd;
  readonly costBasis: Exclude<CostBasis, 'unknown'>;
  /** Reported, or the estimate that was priced. */
  readonly usage: TokenUsage | null;
}

/**
 * What an attempt cost. Reported usage wins; without it, an answer counts its input and what was relayed, and one
 * that was cut an allowance on top: never zero, never the full hold.
 */
export function settleCost(price: ModelPrice | null, facts: AttemptFacts): SettledCost {
  if (!facts.billed || facts.end === 'refused' || facts.end === 'unsent') {
    return { costNano: 0, costBasis: 'not_billed', usage: facts.usage };
  }
  if (facts.usage && facts.end === 'complete') return priced(price, facts.usage, 'reported');
  const allowance = facts.end === 'cut' ? ABORT_ALLOWANCE_TOKENS : 0;
  const relayed = Math.ceil(estimateTokens(facts.outputBytes)) + allowance;
  const output = Math.min(relayed, facts.maxOutputTokens ?? relayed);
  if (facts.usage) {
    // A cut stream that told its input (Anthropic's message_start): only the output is estimated.
    const outputTokens = Math.max(facts.usage.outputTokens, output);
    return priced(price, { ...facts.usage, outputTokens }, 'estimated');
  }
  const estimate = { ...NO_USAGE, inputTokens: estimateTokens(facts.bodyBytes), outputTokens: output };
  return priced(price, estimate, 'estimated');
}

/** What an attempt counts in other units than money. */
export function amountsOf(usage: TokenUsage | null): Settlement['amounts'] {
  if (!usage) return { requests: 1 };
  const input = totalInput(usage);
  const output = usage.outputTokens;
  return { requests: 1, input_tokens: input, output_tokens: output, total_tokens: input + output };
}

function priced(
  price: ModelPrice | null,
  usage: TokenUsage,
  costBasis: 'reported' | 'estimated',
): SettledCost {
  if (!price) return { costNano: 0, costBasis: 'unpriced', usage };
  return { costNano: price.cost(usage), costBasis, usage };
}
