import type { Meter } from '../core/ports/codec.ts';
import type { TokenUsage } from '../../shared/model/usage.ts';
import { concatBytes } from '../../shared/model/bytes.ts';
import { type JsonObject, parseObject } from './read-json.ts';

/** Up to this size an answer is held back until it is whole, so that a cut one can still fail over. */
const HOLD_BYTES = 256 * 1024;
/** Of a larger one only the end is kept: usage comes last in every protocol. */
const TAIL_BYTES = 64 * 1024;

/** Reads a JSON answer that is no stream. */
export class JsonMeter implements Meter {
  readonly #readUsage: (answer: JsonObject) => TokenUsage | null;
  readonly #usageField: string;
  #parts: Uint8Array[] = [];
  #kept = 0;
  #total = 0;
  complete = false;
  usage: TokenUsage | null = null;
  readonly error = null;

  /** `usageField`: the name of the member that holds usage, to find it in the tail of a large answer. */
  constructor(readUsage: (answer: JsonObject) => TokenUsage | null, usageField: string) {
    this.#readUsage = readUsage;
    this.#usageField = usageField;
  }

  get contentSeen(): boolean {
    return this.#total > HOLD_BYTES;
  }

  get outputBytes(): number {
    return this.#total;
  }

  push(chunk: Uint8Array): readonly Uint8Array[] {
    this.#parts.push(chunk);
    this.#kept += chunk.length;
    this.#total += chunk.length;
    if (this.#total > HOLD_BYTES) this.#forgetStart();
    return [chunk];
  }

  finish(): readonly Uint8Array[] {
    const text = new TextDecoder().decode(concatBytes(this.#parts));
    if (this.#total <= HOLD_BYTES) {
      const answer = parseObject(text.trimStart());
      this.complete = answer !== null;
      this.usage = answer && this.#readUsage(answer);
    } else {
      // The upstream's framing (length or chunks) says that it is whole.
      this.complete = true;
      const usage = lastMember(text, this.#usageField);
      this.usage = usage && this.#readUsage({ [this.#usageField]: usage });
    }
    this.#parts = [];
    return [];
  }

  #forgetStart(): void {
    while (this.#parts[0] && this.#kept - this.#parts[0].length >= TAIL_BYTES) {
      this.#kept -= this.#parts[0].length;
      this.#parts.shift();
    }
  }
}

/** The object that follows the last `"name":` in a JSON text's tail. */
function lastMember(text: string, name: string): JsonObject | null {
  const found = text.lastIndexOf(`"${name}"`);
  if (found === -1) return null;
  const open = text.indexOf('{', found);
  let depth = 0;
  for (let at = open; at !== -1 && at < text.length; at++) {
    const character = text[at];
    if (character === '{') depth++;
    else if (character === '}' && --depth === 0) return parseObject(text.slice(open, at + 1));
  }
  return null;
}
