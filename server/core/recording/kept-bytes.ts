import { concatBytes } from '../../../shared/model/bytes.ts';
import type { RecordedBody } from '../../../shared/model/recorded-bodies.ts';

/** More is kept than is shown, so that a secret that lies across the end is still recognised as a whole. */
const SLACK_BYTES = 32 * 1024;
/** What tools and managers present to the daemon. */
const TOKENS = /\bak[rm]-[\w-]{20,}/g;
const PIECE = 8 * 1024;

/** The beginning of a body. What is given is copied: pieces of a stream are views of larger buffers. */
export class KeptBytes {
  readonly #limit: number;
  readonly #pieces: Uint8Array[] = [];
  #kept = 0;
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** What it takes in memory. */
  get size(): number {
    return this.#kept;
  }

  push(piece: Uint8Array): void {
    this.#bytes += piece.length;
    const room = this.#limit + SLACK_BYTES - this.#kept;
    if (room <= 0 || piece.length === 0) return;
    const copy = piece.slice(0, room);
    this.#pieces.push(copy);
    this.#kept += copy.length;
  }

  /** The body without secrets. */
  toBody(redact: (text: string) => string): RecordedBody {
    const bytes = concatBytes(this.#pieces);
    const isWhole = this.#kept === this.#bytes;
    const text = utf8(bytes, isWhole);
    const clean = redact(text ?? binary(bytes)).replace(TOKENS, '[redacted]');
    // The end may have part of a secret in it.
    const safe = isWhole ? clean : clean.slice(0, -SLACK_BYTES);
    const shown = safe.slice(0, this.#limit);
    return {
      encoding: text === null ? 'base64' : 'utf8',
      text: text === null ? btoa(shown) : shown,
      bytes: this.#bytes,
      cut: !isWhole || shown.length < safe.length,
    };
  }
}

/** `null`: it is no UTF-8. A character that was cut at the end is left out. */
function utf8(bytes: Uint8Array, isWhole: boolean): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: !isWhole });
  } catch {
    return null;
  }
}

/** A character for each byte. */
function binary(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += PIECE)
    text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return text;
}
