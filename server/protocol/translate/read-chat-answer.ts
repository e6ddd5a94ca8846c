import { readChatUsage } from '../openai-usage.ts';
import { asObject, asText, type JsonObject, parseObject } from '../read-json.ts';
import type { SseEvent } from '../sse.ts';
import type { AnswerEvent, FinishReason } from './answer-event.ts';
import type { AnswerReader, NextId } from './answer-reader.ts';
import { readFailure } from './failure-kinds.ts';
import { objectsOf } from './read-fields.ts';

const FINISH: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool_calls',
  function_call: 'tool_calls',
  content_filter: 'content_filter',
};

/** Reads Chat Completions (platform.openai.com/docs/api-reference/chat/streaming). */
export class ChatAnswerReader implements AnswerReader {
  readonly #nextId: NextId;
  #started = false;
  #refused = false;
  #reason: string | null = null;
  /** The call that is being received, by its index and id. */
  #call: { readonly index: unknown; readonly id: string | null } | null = null;
  readonly #closed = new Set<unknown>();

  constructor(nextId: NextId) {
    this.#nextId = nextId;
  }

  event({ data }: SseEvent): readonly AnswerEvent[] {
    if (data === '') return [{ type: 'alive' }];
    if (data === '[DONE]') return this.end();
    const chunk = parseObject(data);
    if (!chunk) return [];
    const failure = readFailure(chunk['error']);
    if (failure) return [{ type: 'failed', ...failure }];
    const choice = objectsOf(chunk['choices']).find(({ index }) => (index ?? 0) === 0);
    const delta = asObject(choice?.['delta']) ?? {};
    this.#reason = asText(choice?.['finish_reason']) ?? this.#reason;
    return [...this.#head(chunk), ...this.#read(delta), ...readUsage(chunk)];
  }

  end(): readonly AnswerEvent[] {
    if (this.#reason === null) return [];
    if (this.#reason === 'error') {
      return [{ type: 'failed', kind: 'server', message: 'The provider ended the answer with an error.' }];
    }
    const reason = this.#refused ? 'refusal' : (FINISH[this.#reason] ?? 'stop');
    return [{ type: 'finished', reason, stopSequence: null }];
  }

  whole(answer: JsonObject): readonly AnswerEvent[] {
    const failure = readFailure(answer['error']);
    if (failure) return [{ type: 'failed', ...failure }];
    const choice = objectsOf(answer['choices'])[0];
    const message = asObject(choice?.['message']);
    if (!choice || !message) return [];
    this.#reason = asText(choice['finish_reason']) ?? 'stop';
    const calls = objectsOf(message['tool_calls']).map((call, index) => ({ ...call, index }));
    const content = this.#read({ ...message, tool_calls: calls });
    return [...this.#head(answer), ...content, ...readUsage(answer), ...this.end()];
  }

  #head(chunk: JsonObject): readonly AnswerEvent[] {
    if (this.#started) return [];
    this.#started = true;
    return [{ type: 'started', id: asText(chunk['id']), model: asText(chunk['model']) }];
  }

  #read(delta: JsonObject): readonly AnswerEvent[] {
    // Not OpenAI's: DeepSeek's name for it and OpenRouter's. Some servers send both.
    const thinking = asText(delta['reasoning_content']) ?? asText(delta['reasoning']) ?? '';
    const refusal = asText(delta['refusal']) ?? '';
    if (refusal !== '') this.#refused = true;
    const text = (asText(delta['content']) ?? '') + refusal;
    const calls = objectsOf(delta['tool_calls']);
    const events: AnswerEvent[] = [];
    if (thinking !== '') events.push({ type: 'thinking', text: thinking });
    if (text !== '') events.push(...this.#closeCall(), { type: 'text', text });
    return [...events, ...calls.flatMap((call) => this.#readCall(call))];
  }

  #readCall(call: JsonObject): readonly AnswerEvent[] {
    const called = asObject(call['function']);
    const name = asText(called?.['name']) ?? '';
    const text = asText(called?.['arguments']);
    const piece: readonly AnswerEvent[] = text ? [{ type: 'arguments', text }] : [];
    const id = asText(call['id']) || null;
    // Some servers give every call the same index: then its id tells it apart.
    const other = id !== null && name !== '' && this.#call?.id !== null && this.#call?.id !== id;
    if (this.#call && this.#call.index === call['index'] && !other) return piece;
    if (this.#closed.has(call['index']) && name === '') {
      if (piece.length === 0) return [];
      return [{ type: 'failed', kind: 'server', message: 'The provider mixed the arguments of tool calls.' }];
    }
    const closed = this.#closeCall();
    this.#call = { index: call['index'], id };
    return [...closed, { type: 'tool_call', id: id ?? this.#nextId(), name }, ...piece];
  }

  #closeCall(): readonly AnswerEvent[] {
    if (!this.#call) return [];
    this.#closed.add(this.#call.index);
    this.#call = null;
    return [{ type: 'part_ended' }];
  }
}

function readUsage(answer: JsonObject): readonly AnswerEvent[] {
  const usage = readChatUsage(answer['usage']);
  return usage ? [{ type: 'usage', usage }] : [];
}
