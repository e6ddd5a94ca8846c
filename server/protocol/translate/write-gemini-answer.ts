import { type TokenUsage, totalInput } from '../../../shared/model/usage.ts';
import type { JsonObject } from '../read-json.ts';
import type { Answer, AnswerPart, FailureKind, FinishReason } from './answer-event.ts';
import type { SequencedEvent } from './answer-sequence.ts';
import type { AnswerHead, AnswerWriter } from './answer-writer.ts';
import type { Signature } from './dialogue.ts';
import { FAILURES } from './failure-kinds.ts';
import { objectOf } from './read-fields.ts';
import { sealSignature } from './signature-seal.ts';

const FINISH: Readonly<Record<FinishReason, string>> = {
  stop: 'STOP',
  stop_sequence: 'STOP',
  length: 'MAX_TOKENS',
  context_length: 'MAX_TOKENS',
  tool_calls: 'STOP',
  content_filter: 'SAFETY',
  refusal: 'SAFETY',
  pause: 'STOP',
};

/** How a stream's pieces are put on the wire: as events, or as the elements of one JSON array. */
export type GeminiStream = 'sse' | 'json-array';

/** Writes Gemini's answers: pieces of text as they come, calls of functions whole. */
export class GeminiAnswerWriter implements AnswerWriter {
  readonly #head: AnswerHead;
  readonly #form: GeminiStream;
  #model: string;
  #first = true;
  /** A signature waits for the part that it belongs to. */
  #signature: Signature | null = null;

  constructor(head: AnswerHead, form: GeminiStream) {
    this.#head = head;
    this.#form = form;
    this.#model = head.model;
  }

  event(event: SequencedEvent): string {
    switch (event.type) {
      case 'started':
        this.#model = event.model ?? this.#model;
        return '';
      case 'part_started':
        return '';
      case 'delta':
        return event.part === 'tool_call' ? '' : this.#chunk([this.#piece(event.part, event.text)], {});
      case 'part_ended':
        return this.#endPart(event.part);
      case 'finished': {
        const finishReason = FINISH[event.reason];
        return this.#chunk([this.#sign({ text: '' })], { finishReason }, event.usage) + this.#close();
      }
      case 'failed':
        return this.#element(writeGeminiError(event.kind, event.message)) + this.#close();
      case 'alive':
        return this.#form === 'sse' ? ': keep-alive\n\n' : '';
    }
  }

  whole({ model, parts, usage, finish, failure }: Answer): JsonObject {
    if (failure) return writeGeminiError(failure.kind, failure.message);
    this.#model = model ?? this.#model;
    const written = parts.flatMap((part) => this.#whole(part));
    const last = this.#signature ? [this.#sign({ text: '' })] : [];
    const finishReason = FINISH[finish?.reason ?? 'stop'];
    return this.#response([...written, ...last], { finishReason }, usage);
  }

  #whole(part: AnswerPart): readonly JsonObject[] {
    if (part.type === 'tool_call') return [this.#call(part)];
    const written = part.text === '' ? [] : [this.#piece(part.type, part.text)];
    if (part.type === 'thinking') this.#signature = part.signature ?? this.#signature;
    return written;
  }

  #endPart(part: AnswerPart): string {
    if (part.type === 'thinking') this.#signature = part.signature ?? this.#signature;
    return part.type === 'tool_call' ? this.#chunk([this.#call(part)], {}) : '';
  }

  #piece(type: 'text' | 'thinking', text: string): JsonObject {
    return type === 'thinking' ? { text, thought: true } : this.#sign({ text });
  }

  #call({ id, name, arguments: args }: Extract<AnswerPart, { type: 'tool_call' }>): JsonObject {
    return this.#sign({ functionCall: { id, name, args: objectOf(args) ?? {} } });
  }

  #sign(part: JsonObject): JsonObject {
    if (!this.#signature) return part;
    const thoughtSignature = sealSignature(this.#signature, 'gemini-generate');
    this.#signature = null;
    return thoughtSignature === '' ? part : { ...part, thoughtSignature };
  }

  #chunk(parts: readonly JsonObject[], ended: JsonObject, usage: TokenUsage | null = null): string {
    return this.#element(this.#response(parts, ended, usage));
  }

  #element(value: JsonObject): string {
    const text = JSON.stringify(value);
    if (this.#form === 'sse') return `data: ${text}\r\n\r\n`;
    const before = this.#first ? '[' : ',\r\n';
    this.#first = false;
    return `${before}${text}`;
  }

  #close(): string {
    return this.#form === 'sse' ? '' : ']';
  }

  #response(parts: readonly JsonObject[], ended: JsonObject, usage: TokenUsage | null): JsonObject {
    return {
      candidates: [{ content: { parts, role: 'model' }, ...ended, index: 0 }],
      ...(usage ? { usageMetadata: writeGeminiUsage(usage) } : {}),
      modelVersion: this.#model,
      responseId: this.#head.id,
    };
  }
}

function writeGeminiError(kind: FailureKind, message: string): JsonObject {
  return { error: { code: FAILURES[kind].status, message, status: FAILURES[kind].gemini } };
}

function writeGeminiUsage(usage: TokenUsage): JsonObject {
  const input = totalInput(usage);
  return {
    promptTokenCount: input,
    candidatesTokenCount: usage.outputTokens - usage.reasoningTokens,
    totalTokenCount: input + usage.outputTokens,
    ...(usage.cacheReadTokens > 0 ? { cachedContentTokenCount: usage.cacheReadTokens } : {}),
    ...(usage.reasoningTokens > 0 ? { thoughtsTokenCount: usage.reasoningTokens } : {}),
  };
}
