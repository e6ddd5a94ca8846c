import type { OtherProtocol } from '../../../shared/model/trace.ts';
import type { Meter, MeterOptions } from '../../core/ports/codec.ts';
import type { TokenUsage } from '../../../shared/model/usage.ts';
import { JsonMeter } from '../json-meter.ts';
import { asObject, asText, parseObject, textBytes } from '../read-json.ts';
import { reportedError, UNREADABLE } from '../reported-error.ts';
import type { SseEvent } from '../sse.ts';
import { type EventReading, StreamMeter } from '../stream-meter.ts';
import { readOtherUsage, USAGE_MEMBER } from './other-usage.ts';

/** JSON up to this size is text; what is longer is a picture in it. */
const TEXT_BYTES = 64 * 1024;
/**
 * A token of sound is at least 128 bytes in every format that speech comes in (about 21 tokens a second; Opus, the
 * smallest, has 4 KB of it), where one of text is four. Without reported usage that is rather too much than too little.
 */
const MEDIA_BYTES_PER_TEXT_BYTE = 32;

/** Reads what it can of any answer: whether it is complete the provider's framing says. */
export function otherMeter(dialect: OtherProtocol, { stream, contentType }: MeterOptions): Meter {
  if (stream) return new EventMeter(dialect);
  return /^\s*application\/json\b/i.test(contentType ?? '') ? new ObjectMeter(dialect) : new BinaryMeter();
}

class BinaryMeter implements Meter {
  #total = 0;
  readonly error = null;
  readonly signatures: readonly string[] = [];
  readonly usage: TokenUsage | null = null;
  complete = false;

  get contentSeen(): boolean {
    return this.#total > 0;
  }

  get outputBytes(): number {
    return Math.ceil(this.#total / MEDIA_BYTES_PER_TEXT_BYTE);
  }

  push(chunk: Uint8Array): readonly Uint8Array[] {
    this.#total += chunk.length;
    return [chunk];
  }

  finish(): readonly Uint8Array[] {
    this.complete = true;
    return [];
  }
}

/** An object that tells of an error (a failed batch) is no failed request. */
class ObjectMeter extends JsonMeter {
  constructor(dialect: OtherProtocol) {
    super((answer) => readOtherUsage(dialect, answer), USAGE_MEMBER[dialect]);
  }

  override get outputBytes(): number {
    const total = super.outputBytes;
    const media = Math.max(0, total - TEXT_BYTES);
    return total - media + Math.ceil(media / MEDIA_BYTES_PER_TEXT_BYTE);
  }

  override finish(): readonly Uint8Array[] {
    const rest = super.finish();
    this.complete = true;
    this.error = null;
    return rest;
  }
}

class EventMeter extends StreamMeter {
  constructor(dialect: OtherProtocol) {
    super((event) => readEvent(dialect, event));
  }

  override finish(): readonly Uint8Array[] {
    const rest = super.finish();
    this.complete = true;
    return rest;
  }
}

function readEvent(dialect: OtherProtocol, { type, data }: SseEvent): EventReading {
  const mayFail = type === 'error' || data.includes('"error"');
  if (!mayFail && !data.includes(`"${USAGE_MEMBER[dialect]}"`)) {
    return { content: true, textBytes: textBytes(data, 'delta') };
  }
  const body = parseObject(data);
  if (type === 'error' || asText(body?.['type']) === 'error') {
    return { error: reportedError(body?.['error']) ?? reportedError(body) ?? UNREADABLE };
  }
  return { content: true, usage: body && readOtherUsage(dialect, asObject(body) ?? {}) };
}
