import type { ErrorCode } from '../../../shared/model/reasons.ts';
import type { Protocol } from '../../../shared/model/trace.ts';
import type { TokenUsage } from '../../../shared/model/usage.ts';
import type { HeaderMap, RequestMethod } from './upstream.ts';

/** Reasoning in a conversation that is encrypted or signed, so that only who made it can read it. */
export interface SignedReasoning {
  /** Names of what is bound to the account that made it. */
  readonly bound: readonly string[];
  /** The same, of what stands for the conversation itself, which can't go on without it. */
  readonly needed: readonly string[];
  /** Whether some was made over another protocol than the request's. */
  readonly sealed: boolean;
}

/** What routing needs to know of a request's body. */
export interface BodyFacts {
  /** Empty where the request names none: a file, a batch, a list of them. */
  readonly model: string;
  readonly stream: boolean;
  /** The request's own limit on output; `null`: it has none. */
  readonly maxOutputTokens: number | null;
  /** Whether it defines tools. */
  readonly hasTools: boolean;
  /** How many answers are asked for (`n`). */
  readonly answers: number;
  /** A stable id of the conversation: what the caller says, else a hash of how it begins; `null` without either. */
  readonly conversation: string | null;
  /** A stream that reports usage only if asked to, and was not asked by the caller (Chat Completions). */
  readonly lacksUsageChunk: boolean;
  /** Reasoning of earlier answers that comes back with the conversation. */
  readonly signed: SignedReasoning;
  /** Bytes that the input's tokens are reckoned from, where the body is not all text; its size if left out. */
  readonly inputBytes?: number;
}

/** What is asked for, in protocols that leave method and path to the caller. */
export interface RequestTarget {
  readonly method: RequestMethod;
  /** As the caller wrote it, without the query: below the version, but in Gemini's, whose versions differ. */
  readonly path: string;
  /** False where doing it twice makes two of something: it is not sent again unless it surely was not done. */
  readonly repeatable: boolean;
}

/** What a request's path says, in protocols that have the model and the method there (Gemini). */
export interface PathFacts {
  readonly model: string;
  readonly stream: boolean;
}

export type FactsResult =
  | { readonly ok: true; readonly facts: BodyFacts }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

/** Edits of a body before it is sent: everything else stays byte for byte. */
export interface BodyEdits {
  /** Replaces the model's name. */
  readonly model?: string;
  /** Sets the limit of the output, in the member where the caller had it, else in the protocol's own. */
  readonly maxOutputTokens?: number;
  /** Asks for the usage chunk of a Chat Completions stream. */
  readonly includeUsage?: true;
}

/** A failure in the router's words, before it takes the caller's dialect. */
export interface RouterFailure {
  readonly code: ErrorCode;
  readonly status: number;
  /** What happened and what to do next. */
  readonly message: string;
  readonly retryAfterMs?: number;
  /** Our own attempts are used up: the caller's client should not stack its retries on them. */
  readonly final: boolean;
}

/** Reads an answer as it passes. Bytes go in; the bytes to pass on come out. */
export interface Meter {
  /**
   * Takes the next piece of the body and returns what may be passed on: the same bytes unless an edit asked
   * for the removal of the usage chunk. Never throws on malformed input.
   */
  push(chunk: Uint8Array): readonly Uint8Array[];
  /** The body ended: whatever is still held back. */
  finish(): readonly Uint8Array[];
  /** A content byte was seen: from here on nothing may be tried again. */
  readonly contentSeen: boolean;
  /** The protocol's own end was seen (`[DONE]`, `message_stop`, `response.completed`). */
  readonly complete: boolean;
  /** An error event was seen inside the stream, in the provider's words. */
  readonly error: { readonly message: string; readonly type: string | null } | null;
  /** Usage as reported so far. */
  readonly usage: TokenUsage | null;
  /** Names of the reasoning seen that only the account that made it can read. */
  readonly signatures: readonly string[];
  /** Bytes of generated text seen, for an estimate where no usage was reported. */
  readonly outputBytes: number;
}

/** What a meter has to know of the request whose answer it reads. */
export interface MeterOptions {
  readonly stream: boolean;
  /** The caller did not ask for the usage chunk: it is left out of what is passed on. */
  readonly stripUsageChunk: boolean;
  /** How many answers were asked for: a stream is complete when all of them are. */
  readonly answers: number;
  /** The answer's media type as its head says it, where one does. */
  readonly contentType?: string;
}

/** One wire protocol: pure functions on bytes and parsed bodies. */
export interface Codec {
  readonly protocol: Protocol;
  /** False for endpoints that providers answer for free. */
  readonly billed: boolean;
  /** `deferred`: its cost comes later than its answer, so that no price of a model says what it is. */
  readonly cost?: 'deferred';
  /** `none`: nothing in the request limits the output. */
  readonly outputLimit?: 'none';
  /** The body that is passed on is not as long as the provider's. */
  readonly editsAnswer?: true;
  /** Reads the facts from the body's parsed JSON, and from the path where the protocol has some there. */
  readFacts(body: unknown, headers: HeaderMap, path?: PathFacts | null): FactsResult;
  edit(raw: Uint8Array, edits: BodyEdits): Uint8Array;
  meter(options: MeterOptions): Meter;
  /** A body in the caller's dialect. */
  errorBody(failure: RouterFailure, requestId: string): string;
  /** Ends a stream that already has content: one well-formed error event. */
  errorEvent(failure: RouterFailure, requestId: string): Uint8Array;
}

/** A request's body in one protocol. */
export interface RequestForm {
  readonly codec: Codec;
  readonly facts: BodyFacts;
  readonly raw: Uint8Array;
}

/** Bytes that the tokens of a request's input are reckoned from. */
export function inputBytes({ facts, raw }: Pick<RequestForm, 'facts' | 'raw'>): number {
  return facts.inputBytes ?? raw.length;
}
