/** A single element larger than this is not an LLM's. */
const MAX_ELEMENT_BYTES = 16 * 1024 * 1024;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Cuts the bytes of a JSON array of objects into its elements as they arrive (Gemini's streams without `alt=sse`). */
export class JsonArraySplitter {
  readonly #decoder = new TextDecoder();
  #parts: Uint8Array[] = [];
  #size = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** The array's closing bracket was seen. */
  closed = false;
  /** The bytes were no such array: no more elements are cut. */
  overflowed = false;

  /** The texts of the elements that this chunk completed. */
  push(chunk: Uint8Array): readonly string[] {
    if (this.overflowed) return [];
    const elements: string[] = [];
    let from = this.#depth > 0 ? 0 : -1;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) this.#inString = false;
      } else if (byte === QUOTE) {
        this.#inString = this.#depth > 0;
      } else if (byte === 0x7b) {
        if (this.#depth++ === 0) from = at;
      } else if (byte === 0x7d && this.#depth > 0) {
        if (--this.#depth === 0) {
          elements.push(this.#take(chunk.subarray(Math.max(from, 0), at + 1)));
          from = -1;
        }
      } else if (byte === 0x5d && this.#depth === 0) {
        this.closed = true;
      }
    }
    if (from >= 0) this.#keep(chunk.subarray(from));
    return elements;
  }

  #keep(piece: Uint8Array): void {
    this.#parts.push(piece);
    this.#size += piece.length;
    if (this.#size <= MAX_ELEMENT_BYTES) return;
    this.overflowed = true;
    this.#parts = [];
  }

  #take(last: Uint8Array): string {
    const text = [...this.#parts, last].map((part) => this.#decoder.decode(part, { stream: true })).join('');
    this.#parts = [];
    this.#size = 0;
    return text + this.#decoder.decode();
  }
}
