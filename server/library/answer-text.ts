import type { Protocol } from '../../shared/model/trace.ts';
import { asObject, asText, parseObject } from '../protocol/read-json.ts';
import { SseSplitter } from '../protocol/sse.ts';

/** The text of a whole answer. */
export function textOfAnswer(protocol: Protocol, json: unknown): string {
  const body = asObject(json);
  const parts: unknown =
    protocol === 'anthropic-messages' ? body?.['content'] : asObject(firstOf(body?.['choices']))?.['message'];
  if (protocol !== 'anthropic-messages') return asText(asObject(parts)?.['content']) ?? '';
  return Array.isArray(parts) ? parts.map((part) => asText(asObject(part)?.['text']) ?? '').join('') : '';
}

/** Reads the pieces of text off a stream as its bytes come. */
export class TextReader {
  readonly #protocol: Protocol;
  readonly #splitter = new SseSplitter();

  constructor(protocol: Protocol) {
    this.#protocol = protocol;
  }

  push(chunk: Uint8Array): string {
    let text = '';
    for (const { data } of this.#splitter.push(chunk)) text += this.#textOf(data);
    return text;
  }

  #textOf(data: string): string {
    const event = parseObject(data);
    if (!event) return '';
    if (this.#protocol === 'anthropic-messages') return asText(asObject(event['delta'])?.['text']) ?? '';
    return asText(asObject(asObject(firstOf(event['choices']))?.['delta'])?.['content']) ?? '';
  }
}

function firstOf(list: unknown): unknown {
  return Array.isArray(list) ? list[0] : undefined;
}
