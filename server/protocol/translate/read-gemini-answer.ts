import { readGeminiUsage } from '../gemini-usage.ts';
import { asObject, asText, type JsonObject, parseObject } from '../read-json.ts';
import type { SseEvent } from '../sse.ts';
import type { AnswerEvent, FinishReason } from './answer-event.ts';
import type { AnswerReader, NextId } from './answer-reader.ts';
import { readFailure } from './failure-kinds.ts';
import { objectsOf, objectText } from './read-fields.ts';

/** Why a candidate ended, where it is not by content (ai.google.dev/api/generate-content#FinishReason). */
const FINISH: Readonly<Record<string, FinishReason>> = {
  STOP: 'stop',
  MAX_TOKENS: 'length',
};

/** The model's own failures: an answer that is not to be trusted. */
const FAILED = new Set([
  'OTHER',
  'MALFORMED_FUNCTION_CALL',
  'MALFORMED_RESPONSE',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
]);

/** Reads Gemini's answers: every event of a stream is a piece of the same form as the whole. */
export class GeminiAnswerReader implements AnswerReader {
  readonly #nextId: NextId;
  #started = false;
  #calls = false;
  #reason: string | null = null;

  constructor(nextId: NextId) {
    this.#nextId = nextId;
  }

  event({ data }: SseEvent): readonly AnswerEvent[] {
    if (data === '') return [{ type: 'alive' }];
    const chunk = parseObject(data);
    return chunk ? this.#read(chunk) : [];
  }

  end(): readonly AnswerEvent[] {
    if (this.#reason === null) return [];
    if (FAILED.has(this.#reason)) {
      return [{ type: 'failed', kind: 'server', message: `Gemini ended the answer with ${this.#reason}.` }];
    }
    const reason = FINISH[this.#reason] ?? 'content_filter';
    const told = reason === 'stop' && this.#calls ? 'tool_calls' : reason;
    return [{ type: 'finished', reason: told, stopSequence: null }];
  }

  whole(answer: JsonObject): readonly AnswerEvent[] {
    return [...this.#read(answer), ...this.end()];
  }

  #read(chunk: JsonObject): readonly AnswerEvent[] {
    const failure = readFailure(chunk['error']);
    if (failure) return [{ type: 'failed', ...failure }];
    const candidate = objectsOf(chunk['candidates'])[0];
    const blocked = asText(asObject(chunk['promptFeedback'])?.['blockReason']);
    this.#reason = asText(candidate?.['finishReason']) ?? blocked ?? this.#reason;
    const parts = objectsOf(asObject(candidate?.['content'])?.['parts']);
    return [...this.#head(chunk), ...parts.flatMap((part) => this.#part(part))];
  }

  #head(chunk: JsonObject): readonly AnswerEvent[] {
    const usage = readGeminiUsage(chunk['usageMetadata']);
    const counted: readonly AnswerEvent[] = usage ? [{ type: 'usage', usage }] : [];
    if (this.#started) return counted;
    this.#started = true;
    const model = asText(chunk['modelVersion']);
    return [...counted, { type: 'started', id: asText(chunk['responseId']), model }];
  }

  #part(part: JsonObject): readonly AnswerEvent[] {
    const text = asText(part['text']);
    if (part['thought'] === true) return text ? [{ type: 'thinking', text }] : [];
    const call = asObject(part['functionCall']);
    // Only calls have to bring their signatures back; that of a text is a matter of quality.
    if (!call) return text ? [{ type: 'text', text }] : [];
    const value = asText(part['thoughtSignature']);
    const signed: readonly AnswerEvent[] = value
      ? [{ type: 'signature', signature: { origin: 'gemini-generate', value, redacted: false } }]
      : [];
    this.#calls = true;
    const id = asText(call['id']) ?? this.#nextId();
    return [
      ...signed,
      { type: 'tool_call', id, name: asText(call['name']) ?? '' },
      { type: 'arguments', text: objectText(call['args']) },
      { type: 'part_ended' },
    ];
  }
}
