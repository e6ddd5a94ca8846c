import type { NanoUsd } from './money.ts';
import type { FailureClass, Fault, SkipReason } from './reasons.ts';
import type { StateTransition } from './states.ts';
import type { TokenUsage } from './usage.ts';

/** The wire protocols that tools speak to the proxy. */
export type Protocol =
  | 'openai-chat'
  | 'openai-responses'
  | 'openai-embeddings'
  | 'anthropic-messages'
  | 'anthropic-count-tokens';

/** Who asked: what the virtual key carries. */
export interface CallerIdentity {
  readonly virtualKeyId: string;
  readonly name: string;
  readonly team?: string;
  readonly project?: string;
  readonly tool?: string;
  readonly tags: readonly string[];
}

/** One key that could have answered, with the parts of its score (each 0..1, higher is better). */
export interface ScoredCandidate {
  readonly keyId: string;
  readonly providerId: string;
  readonly score: number;
  readonly parts: {
    readonly successRate: number;
    readonly headroom: number;
  };
  /** Requests this key served so far: the fairness tie-break prefers the smaller. */
  readonly served: number;
}

/** One key that could not, and why. */
export interface SkippedKey {
  readonly keyId: string;
  readonly reason: SkipReason;
  /** When that reason ends, where known (ms since the epoch). */
  readonly until?: number;
}

/** The choice made for a request: enough to explain it, and to make it again. */
export interface Decision {
  readonly at: number;
  readonly model: string;
  readonly family: string;
  readonly objective: 'reliability';
  /** In the order in which they will be tried. */
  readonly candidates: readonly ScoredCandidate[];
  readonly skipped: readonly SkippedKey[];
  /** The round-robin cursor that broke ties. */
  readonly cursor: number;
  readonly explanation: string;
}

export interface AttemptFailure {
  readonly class: FailureClass;
  readonly fault: Fault;
  /** The provider's own sentence, redacted and cut to 500 characters. */
  readonly message: string;
  readonly code?: string;
  readonly retryAfterMs?: number;
}

/** How far an amount can be trusted. `unknown`: the daemon died before the outcome was seen. */
export type CostBasis = 'reported' | 'estimated' | 'unpriced' | 'not_billed' | 'unknown';

export type AttemptOutcome = 'succeeded' | 'failed' | 'aborted' | 'unknown';

/** One try of one key. Failed and aborted ones have a cost of their own. */
export interface AttemptTrace {
  readonly id: string;
  readonly index: number;
  readonly keyId: string;
  readonly providerId: string;
  readonly model: string;
  readonly startedAt: number;
  readonly firstByteAt?: number;
  readonly endedAt: number;
  readonly status?: number;
  readonly outcome: AttemptOutcome;
  readonly failure?: AttemptFailure;
  readonly reservedNano: NanoUsd;
  readonly costNano: NanoUsd;
  readonly costBasis: CostBasis;
  readonly usage?: TokenUsage;
  readonly upstreamRequestId?: string;
  readonly transitions: readonly StateTransition[];
}

export type RequestOutcome = 'succeeded' | 'failed' | 'cancelled' | 'rejected';

/** The whole history of one request. */
export interface Trace {
  readonly requestId: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly caller: CallerIdentity;
  readonly protocol: Protocol;
  readonly model: string;
  readonly stream: boolean;
  /** The HTTP status the tool saw. */
  readonly status: number;
  readonly outcome: RequestOutcome;
  readonly errorCode?: string;
  readonly decisions: readonly Decision[];
  readonly attempts: readonly AttemptTrace[];
  readonly costNano: NanoUsd;
  readonly usage?: TokenUsage;
  readonly conversation?: string;
  /** Every alteration of the caller's bytes, e.g. `stream_options.include_usage added`. */
  readonly edits: readonly string[];
  readonly warnings: readonly string[];
}
