import type { VirtualKeyRecord } from '../../../shared/model/records.ts';
import type { BodyFacts, Codec } from '../ports/codec.ts';
import type { HeaderMap } from '../ports/upstream.ts';

/** A request that was authenticated, classified and read: all that routing needs. */
export interface RoutedRequest {
  readonly id: string;
  readonly receivedAt: number;
  readonly virtualKey: VirtualKeyRecord;
  readonly codec: Codec;
  readonly facts: BodyFacts;
  /** The caller's bytes, unaltered. */
  readonly raw: Uint8Array;
  readonly headers: HeaderMap;
  /** The query with its question mark, or empty. */
  readonly query: string;
  /** From `X-Provider`; a `provider/model` name pins too. */
  readonly pinnedProvider: string | null;
}
