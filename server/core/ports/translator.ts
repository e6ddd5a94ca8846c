import type { ErrorCode } from '../../../shared/model/reasons.ts';
import type { ProviderKind } from '../../../shared/model/records.ts';
import type { Protocol } from '../../../shared/model/trace.ts';
import type { RequestForm } from './codec.ts';

/** Turns the bytes of one answer into the caller's protocol. Never throws on malformed input. */
export interface AnswerPipe {
  push(chunk: Uint8Array): readonly Uint8Array[];
  /** The answer has ended, well or not: what is left. One that was not complete ends in the caller's kind of error. */
  finish(): readonly Uint8Array[];
  /** What the answer failed with; `null`: nothing so far. */
  readonly failure: { readonly message: string } | null;
}

/** Whose answer, and to whom. */
export interface PipeOptions {
  readonly requestId: string;
  /** ms since the epoch. */
  readonly now: number;
  /** The caller's query: Gemini's streams have two forms. */
  readonly query: string;
}

export type TranslatedRequest =
  | {
      readonly ok: true;
      /** The request in the other protocol. */
      readonly form: RequestForm;
      /** What could not be carried over: short, stable sentences. */
      readonly warnings: readonly string[];
      /** The media type of an answer in the caller's protocol. */
      answerType(query: string): string;
      openPipe(options: PipeOptions): AnswerPipe;
    }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

/** Who is to answer a request. */
export interface Answerer {
  /** As the provider calls it. */
  readonly model: string;
  /** The kind of its provider decides on details. */
  readonly kind: ProviderKind | (string & {});
  /** Names of the reasoning in the request (`SignedReasoning.bound`) that only other accounts can read. */
  readonly foreign: ReadonlySet<string>;
}

/** Writes requests of one protocol in another, and answers back. Pure. */
export interface Translator {
  /** The protocols that a request of this one can be written in, the closest first; not the protocol itself. */
  targets(from: Protocol): readonly Protocol[];
  translate(form: RequestForm, to: Protocol, answerer: Answerer): TranslatedRequest;
  /** The answer to a request that only counts tokens, for a number of them; `null` for all other requests. */
  countAnswer(protocol: Protocol, tokens: number): Uint8Array | null;
  /**
   * A conversation that was answered over other protocols in between holds what only those can read; what is named
   * `foreign` can only be read by other accounts. `null`: there is nothing of that kind, and the bytes can pass as they
   * are.
   */
  withoutForeignParts(
    form: RequestForm,
    foreign: ReadonlySet<string>,
  ): { readonly form: RequestForm; readonly warnings: readonly string[] } | null;
}
