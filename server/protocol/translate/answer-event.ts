import type { TokenUsage } from '../../../shared/model/usage.ts';
import type { Signature } from './dialogue.ts';

/** Why an answer ended. */
export type FinishReason =
  | 'stop'
  | 'stop_sequence'
  | 'length'
  | 'context_length'
  | 'tool_calls'
  | 'content_filter'
  | 'refusal'
  | 'pause';

/** A failure in an answer, by what the caller can do about it. */
export type FailureKind =
  | 'invalid_request'
  | 'authentication'
  | 'permission'
  | 'not_found'
  | 'billing'
  | 'too_large'
  | 'rate_limit'
  | 'overloaded'
  | 'timeout'
  | 'server';

/** What an answer is made of, in order. Parts follow each other: one that begins ends the one before it. */
export type AnswerEvent =
  | { readonly type: 'started'; readonly id: string | null; readonly model: string | null }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly text: string }
  /** Belongs to the thinking before it and ends it, or stands for thinking that is not shown. */
  | { readonly type: 'signature'; readonly signature: Signature }
  | { readonly type: 'tool_call'; readonly id: string; readonly name: string }
  /** A piece of the JSON text of the last tool call's arguments. */
  | { readonly type: 'arguments'; readonly text: string }
  | { readonly type: 'part_ended' }
  | { readonly type: 'usage'; readonly usage: TokenUsage }
  | { readonly type: 'finished'; readonly reason: FinishReason; readonly stopSequence: string | null }
  | { readonly type: 'failed'; readonly kind: FailureKind; readonly message: string }
  /** Nothing yet, but the connection lives. */
  | { readonly type: 'alive' };

/** One part of an answer, whole. */
export type AnswerPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly text: string; readonly signature: Signature | null }
  | {
      readonly type: 'tool_call';
      readonly id: string;
      readonly name: string;
      readonly arguments: string;
    };

/** A whole answer: what its events come to. */
export interface Answer {
  readonly id: string | null;
  readonly model: string | null;
  readonly parts: readonly AnswerPart[];
  readonly usage: TokenUsage | null;
  readonly finish: { readonly reason: FinishReason; readonly stopSequence: string | null } | null;
  readonly failure: { readonly kind: FailureKind; readonly message: string } | null;
}
