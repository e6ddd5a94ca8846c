import type { NanoUsd } from '../../../shared/model/money.ts';
import type { TokenUsage } from '../../../shared/model/usage.ts';

/** What one model costs at one provider. Both methods are exact, rounded once to nano-USD, and cheap. */
export interface ModelPrice {
  /** The cost of a known usage. */
  cost(usage: TokenUsage): NanoUsd;
  /** An upper bound for any answer with at most these tokens, whichever cache or length tier (or medium) applies. */
  worstCase(inputTokens: number, outputTokens: number, content?: 'text' | 'media'): NanoUsd;
  /** The model's context window in tokens, where the book knows it. */
  readonly contextWindow: number | null;
}

/** The price book. */
export interface PriceBook {
  /** `null`: the book does not know this model. Answers are cached; the call is cheap after the first. */
  find(providerKind: string, baseUrl: string, model: string): ModelPrice | null;
  /** Which edition of the book this is, for traces and reports. */
  readonly edition: string;
  /** When the edition was published, or fetched: ms since the epoch. Prices change every few weeks. */
  readonly asOf: number;
  /** Where the newest edition is published. */
  readonly source: string;
  /** Takes over a later edition, as published. Throws for anything else; the one in use then stays. */
  use(data: unknown, asOf: number): void;
}
