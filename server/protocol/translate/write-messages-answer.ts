import { NO_USAGE, type TokenUsage } from '../../../shared/model/usage.ts';
import type { JsonObject } from '../read-json.ts';
import type { Answer, AnswerPart, FailureKind, FinishReason } from './answer-event.ts';
import type { SequencedEvent } from './answer-sequence.ts';
import { type AnswerHead, type AnswerWriter, namedEvent } from './answer-writer.ts';
import type { Signature } from './dialogue.ts';
import { FAILURES } from './failure-kinds.ts';
import { objectOf } from './read-fields.ts';
import { sealSignature } from './signature-seal.ts';

const FINISH: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  stop_sequence: 'stop_sequence',
  length: 'max_tokens',
  context_length: 'model_context_window_exceeded',
  tool_calls: 'tool_use',
  content_filter: 'refusal',
  refusal: 'refusal',
  pause: 'pause_turn',
};

/** Writes Anthropic Messages: every block begins, goes on and ends under its index. */
export class MessagesAnswerWriter implements AnswerWriter {
  readonly #head: AnswerHead;
  #index = 0;
  #started = false;

  constructor(head: AnswerHead) {
    this.#head = head;
  }

  event(event: SequencedEvent): string {
    switch (event.type) {
      case 'started': {
        this.#started = true;
        const usage = { ...(event.usage ?? NO_USAGE), outputTokens: 0 };
        const message = this.#message(event.model, [], null, usage);
        return send('message_start', { message });
      }
      case 'part_started':
        return this.#send('content_block_start', { content_block: emptyBlock(event.part) });
      case 'delta':
        return this.#delta(pieceOf(event.part, event.text));
      case 'part_ended': {
        const signed = signatureIn(event.part);
        const signature = signed && this.#delta({ type: 'signature_delta', signature: seal(signed) });
        const stop = this.#send('content_block_stop', {});
        this.#index++;
        return `${signature ?? ''}${stop}`;
      }
      case 'finished': {
        const { reason, stopSequence, usage } = event;
        const delta = { stop_reason: FINISH[reason], stop_sequence: stopSequence };
        const counted = writeMessagesUsage(usage ?? NO_USAGE);
        return send('message_delta', { delta, usage: counted }) + send('message_stop', {});
      }
      case 'failed':
        return namedEvent('error', writeMessagesError(event.kind, event.message));
      case 'alive':
        // A ping is a part of a message that has begun.
        return this.#started ? send('ping', {}) : ': keep-alive\n\n';
    }
  }

  whole({ model, parts, usage, finish, failure }: Answer): JsonObject {
    if (failure) return writeMessagesError(failure.kind, failure.message);
    return this.#message(model, parts.map(writeBlock), finish, usage ?? NO_USAGE);
  }

  #message(
    model: string | null,
    content: readonly JsonObject[],
    finish: Answer['finish'],
    usage: TokenUsage,
  ): JsonObject {
    return {
      id: `msg_${this.#head.id}`,
      type: 'message',
      role: 'assistant',
      model: model ?? this.#head.model,
      content,
      stop_reason: finish && FINISH[finish.reason],
      stop_sequence: finish?.stopSequence ?? null,
      usage: writeMessagesUsage(usage),
    };
  }

  #delta(delta: JsonObject): string {
    return this.#send('content_block_delta', { delta });
  }

  #send(type: string, members: JsonObject): string {
    return send(type, { index: this.#index, ...members });
  }
}

function send(type: string, members: JsonObject): string {
  return namedEvent(type, { type, ...members });
}

function seal(signature: Signature): string {
  return sealSignature(signature, 'anthropic-messages');
}

function signatureIn(part: AnswerPart): Signature | null {
  return part.type === 'thinking' ? part.signature : null;
}

function emptyBlock(part: AnswerPart): JsonObject {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: '' };
    case 'thinking':
      return { type: 'thinking', thinking: '', signature: '' };
    case 'tool_call':
      return { type: 'tool_use', id: part.id, name: part.name, input: {} };
  }
}

function pieceOf(part: AnswerPart['type'], text: string): JsonObject {
  switch (part) {
    case 'text':
      return { type: 'text_delta', text };
    case 'thinking':
      return { type: 'thinking_delta', thinking: text };
    case 'tool_call':
      return { type: 'input_json_delta', partial_json: text };
  }
}

function writeBlock(part: AnswerPart): JsonObject {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text };
    case 'thinking':
      return { type: 'thinking', thinking: part.text, signature: part.signature ? seal(part.signature) : '' };
    case 'tool_call':
      return { type: 'tool_use', id: part.id, name: part.name, input: objectOf(part.arguments) ?? {} };
  }
}

function writeMessagesError(kind: FailureKind, message: string): JsonObject {
  return { type: 'error', error: { type: FAILURES[kind].anthropic, message } };
}

function writeMessagesUsage(usage: TokenUsage): JsonObject {
  const { cacheWriteTokens, cacheWrite1hTokens } = usage;
  return {
    input_tokens: usage.inputTokens,
    cache_creation_input_tokens: cacheWriteTokens + cacheWrite1hTokens,
    cache_read_input_tokens: usage.cacheReadTokens,
    cache_creation: {
      ephemeral_5m_input_tokens: cacheWriteTokens,
      ephemeral_1h_input_tokens: cacheWrite1hTokens,
    },
    output_tokens: usage.outputTokens,
    ...(usage.reasoningTokens > 0
      ? { output_tokens_details: { thinking_tokens: usage.reasoningTokens } }
      : {}),
  };
}
