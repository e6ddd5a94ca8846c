import type { Protocol } from '../../../shared/model/trace.ts';

/** How ids stand in the answers of a protocol, and how much of an answer is looked at. */
interface IdReading {
  readonly pattern: RegExp;
  readonly characters: number;
  readonly most: number;
}

/** The id stands at the beginning of an answer: in its first member, or in its first event. */
const RESPONSES: IdReading = { pattern: /"id"\s*:\s*"(resp_[\w-]{1,128})"/g, characters: 4096, most: 1 };
/** Objects have ids of their own, and name others of the same account: a batch its files. */
const OBJECTS: IdReading = {
  pattern: /"(?!custom_)(?:[a-z]+_)*id"\s*:\s*"([a-z]+(?:_[a-z]+)*[-_][\w-]{1,128})"/g,
  characters: 16_384,
  most: 32,
};
/** Google names what it keeps by collection and id (google.aip.dev/122). */
const NAMES: IdReading = {
  pattern: /"name"\s*:\s*"([a-zA-Z]+\/[\w.-]{1,128})"/g,
  characters: 16_384,
  most: 32,
};

/** Finds what an answer, while it passes, says its account keeps: only that account can be asked for it. */
export class AnswerIds {
  readonly #reading: IdReading;
  readonly #decoder = new TextDecoder();
  #start = '';
  #over = false;
  found: readonly string[] = [];

  private constructor(reading: IdReading) {
    this.#reading = reading;
  }

  /** `null`: answers of this protocol are not kept. */
  static of(protocol: Protocol): AnswerIds | null {
    switch (protocol) {
      case 'openai-responses':
        return new AnswerIds(RESPONSES);
      case 'openai-other':
      case 'anthropic-other':
        return new AnswerIds(OBJECTS);
      case 'gemini-other':
        return new AnswerIds(NAMES);
      default:
        return null;
    }
  }

  push(chunk: Uint8Array): void {
    if (this.#over) return;
    const { pattern, characters, most } = this.#reading;
    this.#start += this.#decoder.decode(chunk.subarray(0, characters), { stream: true });
    const ids = new Set([...this.#start.matchAll(pattern)].map(([, id]) => id ?? ''));
    this.found = [...ids].slice(0, most);
    this.#over = this.found.length >= most || this.#start.length >= characters;
    if (this.#over) this.#start = '';
  }
}
