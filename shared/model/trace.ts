import type { NanoUsd } from './money.ts';
import type { Objective, ObjectiveName } from './objectives.ts';
import type { ErrorCode, FailureClass, Fault, SkipReason } from './reasons.ts';
import type { StateTransition } from './states.ts';
import type { TokenUsage } from './usage.ts';

/** Paths of a provider's API that have no protocol of their own here: they pass through as they are. */
export type OtherProtocol = 'openai-other' | 'anthropic-other' | 'gemini-other';

/** The wire protocols that tools speak to the proxy. */
export type Protocol =
  | OtherProtocol
  | 'openai-chat'
  | 'openai-completions'
  | 'openai-responses'
  | 'openai-embeddings'
  | 'anthropic-messages'
  | 'anthropic-count-tokens'
  | 'gemini-generate'
  | 'gemini-count-tokens'
  | 'gemini-embed';

/** Who asked: what the virtual key carries. */
export interface CallerIdentity {
  readonly virtualKeyId: string;
  readonly name: string;
  readonly team?: string;
  readonly project?: string;
  readonly tool?: string;
  readonly tags: readonly string[];
}

/** What was known of a candidate when it was chosen or passed over: replaying a decision needs nothing else. */
export interface CandidateFacts {
  /** Share of its attempts that succeeded lately, with a prior. */
  readonly successRate: number;
  /** None of its attempts at this model has ended with a verdict: its success rate is the prior alone. */
  readonly untried?: true;
  /** 1 while every known limit has enough left, down to 0 where one is used up. */
  readonly headroom: number;
  /** Expected cost of this request there, with what the prompt cache is expected to save; `null`: no known price. */
  readonly expectedNano: NanoUsd | null;
  /** Expected time to the end of a typical answer, ms; `null` before the first. */
  readonly expectedMs: number | null;
  /** Declared, 0..1. */
  readonly quality: number;
  /** Start tag of fair queueing: requests served by weight. */
  readonly fairTag: number;
  readonly weight: number;
  readonly served: number;
  /** Its wait is over and this request would try it. */
  readonly recovering: boolean;
  /** Tokens of this conversation that its account is expected to have cached, and what they save. */
  readonly cachedTokens: number;
  readonly cacheSavesNano: NanoUsd;
  /** Rank given by rules that prefer keys, tiers or regions; smaller is earlier. */
  readonly preference: number;
  /** Its provider speaks another protocol than the caller: the request is translated. */
  readonly translated?: true;
  /** Its quota is predicted to run out then (ms since the epoch). */
  readonly exhaustedAt: number | null;
  /** Place in the round-robin, the last tie-break. */
  readonly turn: number;
}

/** One key and model that could answer, with its score by each objective (0..1, higher is better). */
export interface ScoredCandidate {
  readonly keyId: string;
  readonly providerId: string;
  readonly model: string;
  readonly score: number;
  readonly parts: Readonly<Record<ObjectiveName, number>>;
  readonly facts: CandidateFacts;
}

/** One key that could not, and why. */
export interface SkippedKey {
  readonly keyId: string;
  readonly reason: SkipReason;
  /** When that reason ends, where known (ms since the epoch). */
  readonly until?: number;
  /** The rule that left it out. */
  readonly rule?: RuleReference;
  /** For which model, where several were candidates of one decision. */
  readonly model?: string;
}

/** A rule of a policy: its policy's name and its place there, from 0. */
export interface RuleReference {
  readonly policy: string;
  readonly index: number;
  readonly action: string;
}

/** The choice made for a request: enough to explain it, and to make it again. */
export interface Decision {
  readonly at: number;
  /** Or the name of the group whose models were candidates. */
  readonly model: string;
  readonly objective: Objective;
  /** In the order in which they will be tried; the best ones, where there were many. */
  readonly candidates: readonly ScoredCandidate[];
  readonly skipped: readonly SkippedKey[];
  /** Candidates and skipped keys beyond those listed. */
  readonly unlisted: number;
  /** What scores are relative to: the cheapest and the quickest of all candidates, the smallest fair tag, the highest scores. */
  readonly best: {
    readonly costNano: NanoUsd | null;
    readonly ms: number | null;
    readonly fairTag: number;
    /** Absent in decisions of before 0.1.1: 1. */
    readonly score?: number;
    /** By the secondary objective. */
    readonly secondary?: number;
  };
  /** The key that was preferred to better scores because its account holds the conversation's cache. */
  readonly keptFor?: 'prompt_cache';
  /** Rules that had a say. */
  readonly rules: readonly RuleReference[];
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
  /** First content of a stream: what comes before it, pings and heads, is not of the model. */
  readonly firstTokenAt?: number;
  readonly endedAt: number;
  readonly status?: number;
  readonly outcome: AttemptOutcome;
  readonly failure?: AttemptFailure;
  readonly reservedNano: NanoUsd;
  /** The estimate before it was sent; `null`: no known price. */
  readonly expectedNano: NanoUsd | null;
  readonly costNano: NanoUsd;
  readonly costBasis: CostBasis;
  readonly usage?: TokenUsage;
  readonly upstreamRequestId?: string;
  /** Under which the provider stored the answer: later requests that refer to it must go to the same account. */
  readonly answerId?: string;
  /** Further things that the answer says its account has: files, batches. */
  readonly otherIds?: readonly string[];
  readonly transitions: readonly StateTransition[];
}

/** A candidate whose reservation a budget or quota refused: nothing was sent there. */
export interface Refusal {
  readonly keyId: string;
  readonly model: string;
  readonly code: ErrorCode;
  readonly message: string;
}

export type RequestOutcome = 'succeeded' | 'failed' | 'cancelled' | 'rejected';

/** The whole history of one request. */
export interface Trace {
  readonly requestId: string;
  /** The caller's own `X-Request-ID`; several requests may have the same. */
  readonly clientRequestId?: string;
  /** The caller's W3C trace context, of which this request is a part. */
  readonly traceparent?: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly caller: CallerIdentity;
  readonly protocol: Protocol;
  /** Method and path below the provider's version, where the protocol leaves them to the caller. */
  readonly target?: string;
  /** Empty where the request names none. */
  readonly model: string;
  readonly stream: boolean;
  /** The HTTP status the tool saw. */
  readonly status: number;
  readonly outcome: RequestOutcome;
  readonly errorCode?: ErrorCode;
  readonly decisions: readonly Decision[];
  readonly attempts: readonly AttemptTrace[];
  readonly refusals?: readonly Refusal[];
  readonly costNano: NanoUsd;
  readonly usage?: TokenUsage;
  readonly conversation?: string;
  /** Every alteration of the caller's bytes, e.g. `stream_options.include_usage added`. */
  readonly edits: readonly string[];
  readonly warnings: readonly string[];
}
