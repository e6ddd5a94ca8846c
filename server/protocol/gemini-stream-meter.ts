import type { TokenUsage } from '../../shared/model/usage.ts';
import type { Meter } from '../core/ports/codec.ts';
import { readGeminiUsage } from './gemini-usage.ts';
import { JsonArraySplitter } from './json-array.ts';
import { asObject, asText, type JsonObject, parseObject, textBytes } from './read-json.ts';
import { type ReportedError, reportedError } from './reported-error.ts';
import { boundInParts } from './signed-reasoning.ts';
import { type EventReading, StreamMeter } from './stream-meter.ts';

/** Reads a stream of Gemini, which comes as events with `alt=sse` and as one JSON array without. */
export class GeminiStreamMeter implements Meter {
  #meter: Meter | null = null;

  get contentSeen(): boolean {
    return this.#meter?.contentSeen ?? false;
  }

  get complete(): boolean {
    return this.#meter?.complete ?? false;
  }

  get error(): ReportedError | null {
    return this.#meter?.error ?? null;
  }

  get usage(): TokenUsage | null {
    return this.#meter?.usage ?? null;
  }

  get signatures(): readonly string[] {
    return this.#meter?.signatures ?? [];
  }

  get outputBytes(): number {
    return this.#meter?.outputBytes ?? 0;
  }

  push(chunk: Uint8Array): readonly Uint8Array[] {
    this.#meter ??= meterOf(chunk);
    return this.#meter?.push(chunk) ?? [chunk];
  }

  finish(): readonly Uint8Array[] {
    return this.#meter?.finish() ?? [];
  }
}

/** The first byte that is no white space tells the two forms apart. */
function meterOf(chunk: Uint8Array): Meter | null {
  const first = chunk.find((byte) => byte > 0x20);
  if (first === undefined) return null;
  return first === 0x5b || first === 0x7b ? new ArrayMeter() : new StreamMeter(({ data }) => readPiece(data));
}

/** A piece of the answer: usage is cumulative, the last counts (ai.google.dev/api/generate-content#UsageMetadata). */
function readPiece(data: string): EventReading {
  const piece = parseObject(data);
  if (!piece) return {};
  const candidates = candidatesOf(piece);
  const ended = candidates.some((candidate) => asText(candidate?.['finishReason']) !== null);
  const blocked = asText(asObject(piece['promptFeedback'])?.['blockReason']) !== null;
  const parts = partsOf(piece);
  const signatures = boundInParts(parts);
  const said = parts.filter((part) => part && (part['text'] ?? '') !== '');
  return {
    error: reportedError(piece['error']),
    usage: readGeminiUsage(piece['usageMetadata']),
    content: ended || blocked || said.length > 0 || parts.some((part) => part && !('text' in part)),
    complete: ended || blocked,
    textBytes: parts.reduce((sum, part) => sum + bytesOf(part), 0),
    ...(signatures.length > 0 ? { signatures } : {}),
  };
}

/** The parts of all candidates of an answer, or of a piece of one. */
export function partsOf(piece: JsonObject): readonly (JsonObject | null)[] {
  return candidatesOf(piece).flatMap((candidate) => {
    const found = asObject(candidate?.['content'])?.['parts'];
    return Array.isArray(found) ? found.map(asObject) : [];
  });
}

function candidatesOf(piece: JsonObject): readonly (JsonObject | null)[] {
  return Array.isArray(piece['candidates']) ? piece['candidates'].map(asObject) : [];
}

function bytesOf(part: ReturnType<typeof asObject>): number {
  if (!part) return 0;
  if ('text' in part) return textBytes(JSON.stringify(part), 'text');
  const call = asObject(part['functionCall']);
  return call ? JSON.stringify(call['args'] ?? {}).length : 0;
}

/** The elements of an array read like events; bytes pass as they come. */
class ArrayMeter implements Meter {
  readonly #splitter = new JsonArraySplitter();
  #ended = false;
  contentSeen = false;
  error: ReportedError | null = null;
  usage: TokenUsage | null = null;
  signatures: readonly string[] = [];
  outputBytes = 0;

  get complete(): boolean {
    return this.#ended && this.#splitter.closed;
  }

  push(chunk: Uint8Array): readonly Uint8Array[] {
    for (const element of this.#splitter.push(chunk)) {
      const reading = readPiece(element);
      if (reading.usage) this.usage = reading.usage;
      if (reading.content) this.contentSeen = true;
      if (reading.signatures) this.signatures = [...this.signatures, ...reading.signatures];
      if (reading.complete) this.#ended = true;
      if (reading.error && !this.error) this.error = reading.error;
      this.outputBytes += reading.textBytes ?? 0;
    }
    if (this.#splitter.overflowed) this.contentSeen = true;
    return [chunk];
  }

  finish(): readonly Uint8Array[] {
    return [];
  }
}
