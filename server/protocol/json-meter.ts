import type { Meter } from '../core/ports/codec.ts';
import type { TokenUsage } from '../../shared/model/usage.ts';
import { concatBytes } from '../../shared/model/bytes.ts';
import { type JsonObject, parseObject } from './read-json.ts';
import { type ReportedError, reportedError } from './reported-error.ts';

/** Up to this size an answer is held back until it is whole, so that a cut one can still fail over. */
const HOLD_BYTES = 256 * 1024;
/** Of a larger one only the end is kept: usage comes last in every protocol. */
const TAIL_BYTES = 64 * 1024;

/** Reads a JSON answer that is no stream. */
export class JsonMeter implements Meter {
  readonly #readUsage: (answer: JsonObject) => TokenUsage | null;
  readonly #usageField: string;
  readonly #readSignatures: (answer: JsonObject) => readonly string[];
  #parts: Uint8Array[] = [];
  #kept = 0;
  #total = 0;
  complete = false;
  usage: TokenUsage | null = null;
  error: ReportedError | null = null;
  signatures: readonly string[] = [];

  /** `usageField`: the name of the member that holds usage, to find it in the tail of a large answer. */
  constructor(
    readUsage: (answer: JsonObject) => TokenUsage | null,
    usageField: string,
    readSignatures: (answer: JsonObject) => readonly string[] = () => [],
  ) {
    this.#readUsage = readUsage;
    this.#readSignatures = readSignatures;
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
    const text = new TextDecoder().decode(concatBytes(this.#parts)).trim();
    if (this.#total <= HOLD_BYTES) {
      const answer = parseObject(text);
      this.complete = answer !== null;
      this.usage = answer && this.#readUsage(answer);
      if (answer) this.signatures = this.#readSignatures(answer);
      this.error = answer && reportedError(answer['error']);
    } else {
      // The upstream's framing says whether all came; where there is none, the last byte does.
      this.complete = text.endsWith('}');
      this.usage = this.#usageInTail(text);
    }
    this.#parts = [];
    return [];
  }

  /** The last member of the name that reads as usage: callers' metadata may have one of that name too. */
  #usageInTail(text: string): TokenUsage | null {
    const name = `"${this.#usageField}"`;
    for (let at = text.lastIndexOf(name); at > 0; at = text.lastIndexOf(name, at - 1)) {
      const member = objectAfter(text, at + name.length);
      const usage = member && this.#readUsage({ [this.#usageField]: member });
      if (usage) return usage;
    }
    return null;
  }

  #forgetStart(): void {
    while (this.#parts[0] && this.#kept - this.#parts[0].length >= TAIL_BYTES) {
      this.#kept -= this.#parts[0].length;
      this.#parts.shift();
    }
  }
}

/** The object that is the value of the member whose name ends at `at`; `null` if it is none. */
function objectAfter(text: string, at: number): JsonObject | null {
  const open = /^\s*:\s*(?=\{)/.exec(text.slice(at, at + 64));
  if (!open) return null;
  const start = at + open[0].length;
  let depth = 0;
  let inString = false;
  for (let end = start; end < text.length; end++) {
    const character = text[end];
    if (character === '\\') end++;
    else if (character === '"') inString = !inString;
    else if (inString) continue;
    else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) return parseObject(text.slice(start, end + 1));
  }
  return null;
}
