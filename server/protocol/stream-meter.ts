import type { Meter } from '../core/ports/codec.ts';
import type { TokenUsage } from '../../shared/model/usage.ts';
import type { ReportedError } from './reported-error.ts';
import { isRestOfLineEnd, parseEvent, type SseEvent, SseSplitter } from './sse.ts';

/** What one event of a stream means. Fields that are absent change nothing. */
export interface EventReading {
  readonly content?: boolean;
  readonly complete?: boolean;
  readonly error?: ReportedError | null;
  readonly usage?: TokenUsage | null;
  /** Names of reasoning in this event that only the account that made it can read. */
  readonly signatures?: readonly string[];
  /** Bytes of generated text in this event. */
  readonly textBytes?: number;
  /** The event must not reach the caller. */
  readonly drop?: boolean;
}

/** What a protocol's event reader may look at besides the event. */
export interface StreamSoFar {
  readonly contentSeen: boolean;
  readonly usage: TokenUsage | null;
}

export type EventReader = (event: SseEvent, soFar: StreamSoFar) => EventReading;

const NOTHING: readonly Uint8Array[] = [];

/**
 * Reads a stream of events as it passes and passes it on event by event, so that a stream that breaks off in the
 * middle of one can still be ended well. Alters it only by leaving out events that the reader drops.
 */
export class StreamMeter implements Meter {
  readonly #read: EventReader;
  readonly #splitter = new SseSplitter();
  #droppedLast = false;
  contentSeen = false;
  complete = false;
  error: ReportedError | null = null;
  usage: TokenUsage | null = null;
  signatures: readonly string[] = [];
  outputBytes = 0;

  constructor(read: EventReader) {
    this.#read = read;
  }

  push(chunk: Uint8Array): readonly Uint8Array[] {
    if (this.#splitter.overflowed) return [chunk];
    const events = this.#splitter.push(chunk);
    let dropped = false;
    const kept: Uint8Array[] = [];
    for (const event of events) {
      if (this.#take(event)) dropped = true;
      else kept.push(event.raw);
    }
    if (this.#splitter.overflowed) {
      this.contentSeen = true;
      return [...kept, this.#splitter.rest()];
    }
    const first = kept[0];
    if (dropped || kept.length < 2 || !first) return kept;
    // Events of one chunk lie side by side: they go out in one piece, as they came.
    return [first, chunk.subarray(this.#splitter.firstEnd, this.#splitter.lastEnd)];
  }

  finish(): readonly Uint8Array[] {
    const rest = this.#splitter.rest();
    if (rest.length === 0) return NOTHING;
    // Some servers leave out the last blank line.
    return this.#take(parseEvent(rest, new TextDecoder().decode(rest))) ? NOTHING : [rest];
  }

  /** True if the event is to be left out. */
  #take(event: SseEvent): boolean {
    if (event.data === '') return isRestOfLineEnd(event) && this.#droppedLast;
    const reading = this.#read(event, this);
    if (reading.usage) this.usage = reading.usage;
    if (reading.textBytes) this.outputBytes += reading.textBytes;
    if (reading.signatures) this.signatures = [...this.signatures, ...reading.signatures];
    if (reading.content) this.contentSeen = true;
    if (reading.complete) this.complete = true;
    if (reading.error && !this.error) this.error = reading.error;
    this.#droppedLast = reading.drop === true;
    return this.#droppedLast;
  }
}
