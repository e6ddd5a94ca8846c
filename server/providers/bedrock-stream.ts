import type { EventStreamCodec } from '@smithy/eventstream-codec';
import { concatBytes } from '../../shared/model/bytes.ts';
import type { AnswerDecoder } from '../core/ports/provider.ts';
import { asText, parseObject } from '../protocol/read-json.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** No piece of an answer is longer; a length beyond it is damage. */
const MAX_MESSAGE_BYTES = 24 * 1024 * 1024;

/** Exceptions within a stream, as Anthropic's API calls them (API_runtime_ResponseStream.html). */
const ERROR_TYPES: Readonly<Record<string, string>> = {
  throttlingException: 'rate_limit_error',
  serviceUnavailableException: 'overloaded_error',
  modelTimeoutException: 'timeout_error',
  validationException: 'invalid_request_error',
};

/** Amazon's own codec; its package is loaded with the first request that may need it. */
export async function loadEventStreamCodec(): Promise<EventStreamCodec> {
  const { EventStreamCodec } = await import('@smithy/eventstream-codec');
  return new EventStreamCodec(
    (bytes) => (typeof bytes === 'string' ? bytes : decoder.decode(bytes as Uint8Array)),
    (text) => encoder.encode(text),
  );
}

/**
 * Turns Amazon's event stream around an answer of Claude into the server-sent events of Anthropic's own API. Each
 * message begins with its length, so that pieces of any size are put together again.
 */
export class BedrockStream implements AnswerDecoder {
  readonly #codec: EventStreamCodec;
  #rest: Uint8Array = new Uint8Array();
  #damaged = false;

  constructor(codec: EventStreamCodec) {
    this.#codec = codec;
  }

  push(chunk: Uint8Array): Uint8Array {
    if (this.#damaged) return new Uint8Array();
    let bytes = this.#rest.length === 0 ? chunk : concatBytes([this.#rest, chunk]);
    let events = '';
    while (bytes.length >= 4) {
      const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
      if (length > MAX_MESSAGE_BYTES) {
        events += this.#damage();
        break;
      }
      if (bytes.length < length) break;
      events += this.#read(bytes.subarray(0, length));
      if (this.#damaged) break;
      bytes = bytes.subarray(length);
    }
    this.#rest = bytes;
    return encoder.encode(events);
  }

  #read(message: Uint8Array): string {
    try {
      const { headers, body } = this.#codec.decode(message);
      const header = (name: string): string | null => asText(headers[name]?.value);
      const text = decoder.decode(body);
      if (header(':message-type') === 'event')
        return header(':event-type') === 'chunk' ? chunkEvent(text) : '';
      const name = header(':exception-type') ?? header(':error-code') ?? 'error';
      const said = asText(parseObject(text)?.['message']) ?? header(':error-message') ?? name;
      return errorEvent(ERROR_TYPES[name] ?? 'api_error', said);
    } catch {
      return this.#damage();
    }
  }

  #damage(): string {
    this.#damaged = true;
    return errorEvent('api_error', "The provider's event stream was damaged on the way.");
  }
}

/** `{"bytes":"..."}`: one event of Anthropic's, in base 64. */
function chunkEvent(text: string): string {
  const bytes = asText(parseObject(text)?.['bytes']) ?? '';
  const json = decoder.decode(Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0)));
  const event = parseObject(json);
  const type = asText(event?.['type']);
  // An event's data is one line.
  const data = json.includes('\n') ? JSON.stringify(event) : json;
  return type === null ? '' : `event: ${type}\ndata: ${data}\n\n`;
}

function errorEvent(type: string, message: string): string {
  return `event: error\ndata: ${JSON.stringify({ type: 'error', error: { type, message } })}\n\n`;
}
