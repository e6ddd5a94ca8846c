import { readChatUsage } from '../openai-usage.ts';
import { asObject, asText, type JsonObject, parseObject } from '../read-json.ts';
import type { SseEvent } from '../sse.ts';
import type { AnswerEvent, FinishReason } from './answer-event.ts';
import type { AnswerReader, NextId } from './answer-reader.ts';
import { CallQueue } from './call-queue.ts';
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
  readonly #calls: CallQueue;
  #started = false;
  #refused = false;
  #reason: string | null = null;

  constructor(nextId: NextId) {
    this.#calls = new CallQueue(nextId);
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
    const reason = asText(choice?.['finish_reason']);
    this.#reason = reason ?? this.#reason;
    const read = [...this.#head(chunk), ...this.#read(delta), ...readUsage(chunk)];
    return reason === null ? read : [...read, ...this.#calls.close()];
  }

  end(): readonly AnswerEvent[] {
    if (this.#reason === null) return [];
    if (this.#reason === 'error') {
      return [{ type: 'failed', kind: 'server', message: 'The provider ended the answer with an error.' }];
    }
    const reason = this.#refused ? 'refusal' : (FINISH[this.#reason] ?? 'stop');
    return [...this.#calls.close(), { type: 'finished', reason, stopSequence: null }];
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
    if (thinking !== '') events.push(...this.#calls.close(), { type: 'thinking', text: thinking });
    if (text !== '') events.push(...this.#calls.close(), { type: 'text', text });
    return [...events, ...calls.flatMap((call) => this.#calls.take(call))];
  }
}

function readUsage(answer: JsonObject): readonly AnswerEvent[] {
  const usage = readChatUsage(answer['usage']);
  return usage ? [{ type: 'usage', usage }] : [];
}
