import { concatBytes } from '../../shared/model/bytes.ts';

/** One server-sent event with the bytes it came in. */
export interface SseEvent {
  /** All bytes of the event with its blank line: passing them on passes the event on. */
  readonly raw: Uint8Array;
  /** The `event:` field; empty if there is none. */
  readonly type: string;
  /** The `data:` lines joined by a line feed; empty for comments and keep-alives. */
  readonly data: string;
}

/** A single event larger than this is not an LLM's: reading stops, passing on does not. */
const MAX_EVENT_BYTES = 16 * 1024 * 1024;
const LF = 0x0a;
const CR = 0x0d;

/**
 * Cuts a byte stream into events (HTML Living Standard, 9.2.6: lines end in LF, CR or CRLF, a blank line ends an
 * event). Works on bytes, so that a character split across chunks stays whole.
 */
export class SseSplitter {
  readonly #decoder = new TextDecoder();
  #parts: Uint8Array[] = [];
  #size = 0;
  #lineIsEmpty = true;
  #afterCr = false;
  /** The stream was not one of events: no more are cut. */
  overflowed = false;
  /** Where in the last chunk its first and its last complete event ended; 0 if it completed none. */
  firstEnd = 0;
  lastEnd = 0;

  /** Events that this chunk completed. */
  push(chunk: Uint8Array): readonly SseEvent[] {
    this.firstEnd = 0;
    this.lastEnd = 0;
    if (this.overflowed) return [];
    const events: SseEvent[] = [];
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte !== LF && byte !== CR) {
        this.#lineIsEmpty = false;
        this.#afterCr = false;
        continue;
      }
      const restOfCrLf = byte === LF && this.#afterCr;
      this.#afterCr = byte === CR;
      if (restOfCrLf) {
        // The event before it has gone out: so does the rest of its line end.
        if (at === 0 && this.#size === 0) {
          events.push(this.#take(chunk.subarray(0, 1)));
          from = this.firstEnd = this.lastEnd = 1;
        }
        continue;
      }
      if (this.#lineIsEmpty && this.#size + at > from) {
        // A CRLF's second byte goes with its event when it is already here.
        const end = byte === CR && chunk[at + 1] === LF ? at + 2 : at + 1;
        events.push(this.#take(chunk.subarray(from, end)));
        if (end === at + 2) {
          at++;
          this.#afterCr = false;
        }
        from = end;
        this.firstEnd ||= end;
        this.lastEnd = end;
      }
      this.#lineIsEmpty = true;
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
    return events;
  }

  /** Bytes after the last complete event. */
  rest(): Uint8Array {
    const rest = concatBytes(this.#parts);
    this.#parts = [];
    this.#size = 0;
    return rest;
  }

  #keep(piece: Uint8Array): void {
    this.#parts.push(piece);
    this.#size += piece.length;
    if (this.#size > MAX_EVENT_BYTES) this.overflowed = true;
  }

  #take(last: Uint8Array): SseEvent {
    const raw = this.#parts.length === 0 ? last : concatBytes([...this.#parts, last]);
    this.#parts = [];
    this.#size = 0;
    return parseEvent(raw, this.#decoder.decode(raw));
  }
}

/** Whether this is no event but the line feed of a CRLF that was cut in two: it belongs to the event before. */
export function isRestOfLineEnd(event: SseEvent): boolean {
  return event.raw.length === 1;
}

/** Reads the fields of one event; `text` is its decoded form. */
export function parseEvent(raw: Uint8Array, text: string): SseEvent {
  let type = '';
  let data: string | null = null;
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (line.startsWith('data:')) {
      const value = line.charCodeAt(5) === 0x20 ? line.slice(6) : line.slice(5);
      data = data === null ? value : `${data}\n${value}`;
    } else if (line.startsWith('event:')) {
      type = line.slice(6).trim();
    }
  }
  return { raw, type, data: data ?? '' };
}
