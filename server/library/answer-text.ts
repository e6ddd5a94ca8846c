import { asObject, asText, parseObject } from '../protocol/read-json.ts';
import { SseSplitter } from '../protocol/sse.ts';

/** The text of a chat completion. */
export function textOfAnswer(json: unknown): string {
  return asText(asObject(firstChoice(json)?.['message'])?.['content']) ?? '';
}

/** Reads the pieces of text off a stream of chat completion chunks as its bytes come. */
export class TextReader {
  readonly #splitter = new SseSplitter();

  push(chunk: Uint8Array): string {
    let text = '';
    for (const { data } of this.#splitter.push(chunk)) {
      text += asText(asObject(firstChoice(parseObject(data))?.['delta'])?.['content']) ?? '';
    }
    return text;
  }
}

function firstChoice(json: unknown): ReturnType<typeof asObject> {
  const choices = asObject(json)?.['choices'];
  return asObject(Array.isArray(choices) ? choices[0] : undefined);
}
