import { readResponsesUsage } from '../openai-usage.ts';
import { asObject, asText, type JsonObject, parseObject } from '../read-json.ts';
import type { SseEvent } from '../sse.ts';
import type { AnswerEvent, FinishReason } from './answer-event.ts';
import type { AnswerReader } from './answer-reader.ts';
import { readFailure } from './failure-kinds.ts';
import { objectsOf } from './read-fields.ts';

/** Reads Responses (platform.openai.com/docs/api-reference/responses-streaming). */
export class ResponsesAnswerReader implements AnswerReader {
  #calls = false;
  #refused = false;
  /** Something of the open item has come in pieces: its end needs not bring it again. */
  #streamed = false;

  event({ type, data }: SseEvent): readonly AnswerEvent[] {
    if (data === '') return [{ type: 'alive' }];
    const body = parseObject(data);
    if (!body) return [];
    const text = asText(body['delta']) ?? '';
    switch (type || asText(body['type'])) {
      case 'response.created':
        return this.#start(asObject(body['response']) ?? {});
      case 'response.output_item.added':
        return this.#begin(asObject(body['item']) ?? {});
      case 'response.output_text.delta':
        return this.#piece({ type: 'text', text });
      case 'response.refusal.delta':
        this.#refused = true;
        return this.#piece({ type: 'text', text });
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        return this.#piece({ type: 'thinking', text });
      case 'response.reasoning_summary_part.added':
        // Each part of a summary is a paragraph.
        return this.#streamed ? [{ type: 'thinking', text: '\n\n' }] : [];
      case 'response.function_call_arguments.delta':
        return this.#piece({ type: 'arguments', text });
      case 'response.output_item.done':
        return this.#end(asObject(body['item']) ?? {});
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
        return this.#finish(asObject(body['response']) ?? {});
      case 'error':
        return [
          {
            type: 'failed',
            ...(readFailure(body['error']) ?? readFailure({ ...body, type: null }) ?? failureOf(body)),
          },
        ];
      default:
        return [];
    }
  }

  end(): readonly AnswerEvent[] {
    return [];
  }

  whole(answer: JsonObject): readonly AnswerEvent[] {
    const failure = readFailure(answer['error']);
    if (failure) return [{ type: 'failed', ...failure }];
    if (!Array.isArray(answer['output'])) return [];
    const items = objectsOf(answer['output']).flatMap((item) => [...this.#begin(item), ...this.#end(item)]);
    return [...this.#start(answer), ...items, ...this.#finish(answer)];
  }

  #start(response: JsonObject): readonly AnswerEvent[] {
    return [{ type: 'started', id: asText(response['id']), model: asText(response['model']) }];
  }

  #piece(event: AnswerEvent): readonly AnswerEvent[] {
    this.#streamed = true;
    return [event];
  }

  #begin(item: JsonObject): readonly AnswerEvent[] {
    this.#streamed = false;
    if (item['type'] !== 'function_call') return [];
    this.#calls = true;
    return [{ type: 'tool_call', id: asText(item['call_id']) ?? '', name: asText(item['name']) ?? '' }];
  }

  #end(item: JsonObject): readonly AnswerEvent[] {
    const whole = this.#streamed ? [] : this.#contentOf(item);
    const value = asText(item['encrypted_content']);
    const sealed: readonly AnswerEvent[] =
      item['type'] === 'reasoning' && value !== null
        ? [{ type: 'signature', signature: { origin: 'openai-responses', value, redacted: false } }]
        : [];
    this.#streamed = false;
    return [...whole, ...sealed, { type: 'part_ended' }];
  }

  #contentOf(item: JsonObject): readonly AnswerEvent[] {
    switch (item['type']) {
      case 'message':
        return objectsOf(item['content']).map((part) => {
          if (part['type'] === 'refusal') this.#refused = true;
          return { type: 'text', text: asText(part['text'] ?? part['refusal']) ?? '' };
        });
      case 'reasoning': {
        const parts = [...objectsOf(item['summary']), ...objectsOf(item['content'])];
        const text = parts.map((part) => asText(part['text']) ?? '').join('\n\n');
        return text === '' ? [] : [{ type: 'thinking', text }];
      }
      case 'function_call':
        return [{ type: 'arguments', text: asText(item['arguments']) ?? '' }];
      default:
        // What OpenAI's own tools did is told in the message that follows.
        return [];
    }
  }

  #finish(response: JsonObject): readonly AnswerEvent[] {
    const usage = readResponsesUsage(response['usage']);
    const counted: readonly AnswerEvent[] = usage ? [{ type: 'usage', usage }] : [];
    if (response['status'] === 'failed' || response['status'] === 'cancelled') {
      return [...counted, { type: 'failed', ...(readFailure(response['error']) ?? failureOf({})) }];
    }
    return [...counted, { type: 'finished', reason: this.#reasonOf(response), stopSequence: null }];
  }

  #reasonOf(response: JsonObject): FinishReason {
    const cause = asObject(response['incomplete_details'])?.['reason'];
    if (cause === 'content_filter') return 'content_filter';
    if (response['status'] === 'incomplete') return 'length';
    if (this.#refused) return 'refusal';
    return this.#calls ? 'tool_calls' : 'stop';
  }
}

function failureOf(body: JsonObject): { readonly kind: 'server'; readonly message: string } {
  return { kind: 'server', message: asText(body['message']) ?? 'The provider reported an error.' };
}
