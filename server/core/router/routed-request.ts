import type { Objective } from '../../../shared/model/objectives.ts';
import type { VirtualKeyRecord } from '../../../shared/model/records.ts';
import type { RequestForm, RequestTarget } from '../ports/codec.ts';
import type { HeaderMap } from '../ports/upstream.ts';

/** A request that was authenticated, classified and read: all that routing needs. `raw` are the caller's own bytes. */
export interface RoutedRequest extends RequestForm {
  readonly id: string;
  /** What the caller calls it: a bounded token without spaces, which may occur more than once. */
  readonly clientRequestId?: string;
  /** The caller's W3C trace context, valid. */
  readonly traceparent?: string;
  readonly receivedAt: number;
  readonly virtualKey: VirtualKeyRecord;
  /** Stored responses, conversations and files that it refers to: only the account that made them can read them. */
  readonly references?: readonly string[];
  /** Absent where the protocol itself says what is asked for. */
  readonly target?: RequestTarget;
  /** What the caller and the trace are told whatever becomes of the request. */
  readonly warnings?: readonly string[];
  readonly headers: HeaderMap;
  /** The query with its question mark, or empty. */
  readonly query: string;
  /** From `X-Provider`; a `provider/model` name pins too. */
  readonly pinnedProvider: string | null;
  /** What this request asks routing to optimise. */
  readonly objective: Objective | null;
  /** Besides those of the virtual key. */
  readonly tags: readonly string[];
  /** No attempt begins later than this after `receivedAt`, ms. */
  readonly deadlineMs: number | null;
}
