import { concatBytes } from '../../../shared/model/bytes.ts';
import type { AnswerPipe } from '../../core/ports/translator.ts';
import { type CountProtocol, readCount, writeCount } from './translate-count.ts';

const NOTHING: readonly Uint8Array[] = [];
/** A number in a few bytes of JSON: what is longer is something else. */
const MAX_BYTES = 64 * 1024;

/** Turns one provider's count of tokens into another protocol's. */
export class CountPipe implements AnswerPipe {
  readonly #from: CountProtocol;
  readonly #to: CountProtocol;
  readonly #pieces: Uint8Array[] = [];
  #size = 0;
  #failure: { readonly message: string } | null = null;

  constructor(from: CountProtocol, to: CountProtocol) {
    this.#from = from;
    this.#to = to;
  }

  get failure(): { readonly message: string } | null {
    return this.#failure;
  }

  push(chunk: Uint8Array): readonly Uint8Array[] {
    this.#size += chunk.length;
    if (this.#size <= MAX_BYTES) this.#pieces.push(chunk);
    return NOTHING;
  }

  finish(): readonly Uint8Array[] {
    const tokens = readCount(this.#from, concatBytes(this.#pieces));
    if (tokens !== null) return [writeCount(this.#to, tokens)];
    this.#failure = { message: 'The provider gave no readable count of tokens.' };
    return NOTHING;
  }
}
