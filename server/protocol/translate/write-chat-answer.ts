import { type TokenUsage, totalInput } from '../../../shared/model/usage.ts';
import type { JsonObject } from '../read-json.ts';
import type { Answer, AnswerPart, FinishReason } from './answer-event.ts';
import type { SequencedEvent } from './answer-sequence.ts';
import { type AnswerHead, type AnswerWriter, dataEvent } from './answer-writer.ts';
import { FAILURES } from './failure-kinds.ts';

const FINISH: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  stop_sequence: 'stop',
  length: 'length',
  context_length: 'length',
  tool_calls: 'tool_calls',
  content_filter: 'content_filter',
  refusal: 'content_filter',
  pause: 'stop',
};

/** Whether the caller asked for the chunk with the usage of a stream. */
export type UsageChunk = 'asked' | 'not-asked';

/** Writes Chat Completions: the role first, indexed tool calls, usage only where asked for, `[DONE]` last. */
export class ChatAnswerWriter implements AnswerWriter {
  readonly #head: AnswerHead;
  readonly #usage: UsageChunk;
  #model: string;
  #calls = 0;

  constructor(head: AnswerHead, usage: UsageChunk) {
    this.#head = head;
    this.#usage = usage;
    this.#model = head.model;
  }

  event(event: SequencedEvent): string {
    switch (event.type) {
      case 'started':
        this.#model = event.model ?? this.#model;
        return this.#delta({ role: 'assistant', content: '' });
      case 'part_started':
        return this.#begin(event.part);
      case 'delta':
        return this.#delta(this.#piece(event.part, event.text));
      case 'part_ended':
        return '';
      case 'finished':
        return this.#finish(event.reason, event.usage);
      case 'failed':
        return dataEvent(writeChatError(event.kind, event.message));
      case 'alive':
        return ': keep-alive\n\n';
    }
  }

  whole({ model, parts, usage, finish, failure }: Answer): JsonObject {
    if (failure) return writeChatError(failure.kind, failure.message);
    const texts = parts.filter((part) => part.type === 'text');
    const thinking = parts.filter((part) => part.type === 'thinking').filter(({ text }) => text !== '');
    const calls = parts.filter((part) => part.type === 'tool_call');
    const message = {
      role: 'assistant',
      content: texts.length === 0 ? null : texts.map(({ text }) => text).join(''),
      refusal: null,
      ...(thinking.length === 0 ? {} : { reasoning_content: thinking.map(textOf).join('\n\n') }),
      ...(calls.length === 0
        ? {}
        : { tool_calls: calls.map(({ id, name, arguments: args }) => writeCall(id, name, args)) }),
    };
    const choice = { index: 0, message, logprobs: null, finish_reason: FINISH[finish?.reason ?? 'stop'] };
    return {
      id: `chatcmpl-${this.#head.id}`,
      object: 'chat.completion',
      created: this.#head.createdAt,
      model: model ?? this.#model,
      choices: [choice],
      ...(usage ? { usage: writeChatUsage(usage) } : {}),
    };
  }

  #begin(part: AnswerPart): string {
    if (part.type !== 'tool_call') return '';
    const index = this.#calls++;
    return this.#delta({ tool_calls: [{ index, ...writeCall(part.id, part.name, '') }] });
  }

  #piece(part: AnswerPart['type'], text: string): JsonObject {
    switch (part) {
      case 'text':
        return { content: text };
      case 'thinking':
        return { reasoning_content: text };
      case 'tool_call':
        return { tool_calls: [{ index: this.#calls - 1, function: { arguments: text } }] };
    }
  }

  #delta(delta: JsonObject, finish_reason: string | null = null): string {
    return this.#chunk([{ index: 0, delta, logprobs: null, finish_reason }], null);
  }

  #finish(reason: FinishReason, usage: TokenUsage | null): string {
    const last = this.#delta({}, FINISH[reason]);
    const counted = this.#usage === 'asked' && usage ? this.#chunk([], writeChatUsage(usage)) : '';
    return `${last}${counted}data: [DONE]\n\n`;
  }

  #chunk(choices: readonly JsonObject[], usage: JsonObject | null): string {
    return dataEvent({
      id: `chatcmpl-${this.#head.id}`,
      object: 'chat.completion.chunk',
      created: this.#head.createdAt,
      model: this.#model,
      choices,
      ...(this.#usage === 'asked' ? { usage } : {}),
    });
  }
}

function textOf({ text }: { readonly text: string }): string {
  return text;
}

function writeCall(id: string, name: string, args: string): JsonObject {
  return { id, type: 'function', function: { name, arguments: args } };
}

function writeChatError(kind: keyof typeof FAILURES, message: string): JsonObject {
  return { error: { message, ...FAILURES[kind].openai, param: null } };
}

function writeChatUsage(usage: TokenUsage): JsonObject {
  const input = totalInput(usage);
  return {
    prompt_tokens: input,
    completion_tokens: usage.outputTokens,
    total_tokens: input + usage.outputTokens,
    prompt_tokens_details: {
      cached_tokens: usage.cacheReadTokens,
      cache_write_tokens: usage.cacheWriteTokens + usage.cacheWrite1hTokens,
    },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  };
}
