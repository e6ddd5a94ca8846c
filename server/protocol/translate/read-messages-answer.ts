import type { TokenUsage } from '../../../shared/model/usage.ts';
import { readMessagesUsage } from '../anthropic-usage.ts';
import { asObject, asText, type JsonObject, parseObject } from '../read-json.ts';
import type { SseEvent } from '../sse.ts';
import type { AnswerEvent, FinishReason } from './answer-event.ts';
import type { AnswerReader } from './answer-reader.ts';
import { readFailure } from './failure-kinds.ts';
import { objectsOf } from './read-fields.ts';

const FINISH: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop_sequence',
  max_tokens: 'length',
  model_context_window_exceeded: 'context_length',
  tool_use: 'tool_calls',
  pause_turn: 'pause',
  refusal: 'refusal',
};

/** Reads Anthropic Messages (platform.claude.com/docs/en/build-with-claude/streaming). */
export class MessagesAnswerReader implements AnswerReader {
  #usage: TokenUsage | null = null;
  #finish: { readonly reason: FinishReason; readonly stopSequence: string | null } | null = null;
  /** Input that came with the beginning of a tool call, should no pieces of it follow. */
  #input: string | null = null;

  event({ type, data }: SseEvent): readonly AnswerEvent[] {
    const body = parseObject(data);
    switch (type || asText(body?.['type'])) {
      case 'message_start':
        return this.#start(asObject(body?.['message']) ?? {});
      case 'content_block_start':
        return this.#beginBlock(asObject(body?.['content_block']) ?? {});
      case 'content_block_delta':
        return this.#readDelta(asObject(body?.['delta']) ?? {});
      case 'content_block_stop':
        return this.#endBlock();
      case 'message_delta':
        this.#readFinish(asObject(body?.['delta']) ?? {});
        return this.#count(body?.['usage']);
      case 'message_stop':
        return this.#finish ? [{ type: 'finished', ...this.#finish }] : [];
      case 'error': {
        const failure = readFailure(body?.['error'] ?? body ?? {});
        return failure ? [{ type: 'failed', ...failure }] : [];
      }
      default:
        return [{ type: 'alive' }];
    }
  }

  end(): readonly AnswerEvent[] {
    return [];
  }

  whole(answer: JsonObject): readonly AnswerEvent[] {
    const failure = readFailure(answer['error']);
    if (failure) return [{ type: 'failed', ...failure }];
    if (!Array.isArray(answer['content'])) return [];
    this.#readFinish(answer);
    const blocks = objectsOf(answer['content']).flatMap((block) => [
      ...this.#beginBlock(block),
      ...signatureOf(block),
      ...this.#endBlock(),
    ]);
    const finish = this.#finish ?? { reason: 'stop', stopSequence: null };
    return [...this.#start(answer), ...blocks, { type: 'finished', ...finish }];
  }

  #start(message: JsonObject): readonly AnswerEvent[] {
    const usage = this.#count(message['usage']);
    return [...usage, { type: 'started', id: asText(message['id']), model: asText(message['model']) }];
  }

  #count(value: unknown): readonly AnswerEvent[] {
    this.#usage = readMessagesUsage(value, this.#usage);
    if (!this.#usage) return [];
    const thinking = asObject(asObject(value)?.['output_tokens_details'])?.['thinking_tokens'];
    const reasoningTokens = typeof thinking === 'number' ? thinking : this.#usage.reasoningTokens;
    return [{ type: 'usage', usage: { ...this.#usage, reasoningTokens } }];
  }

  #readFinish(delta: JsonObject): void {
    const reason = asText(delta['stop_reason']);
    if (reason === null) return;
    this.#finish = { reason: FINISH[reason] ?? 'stop', stopSequence: asText(delta['stop_sequence']) };
  }

  #beginBlock(block: JsonObject): readonly AnswerEvent[] {
    switch (block['type']) {
      case 'text':
        return [{ type: 'text', text: asText(block['text']) ?? '' }];
      case 'thinking':
        return [{ type: 'thinking', text: asText(block['thinking']) ?? '' }];
      case 'redacted_thinking': {
        const value = asText(block['data']) ?? '';
        return [{ type: 'signature', signature: { origin: 'anthropic-messages', value, redacted: true } }];
      }
      case 'tool_use': {
        const input = asObject(block['input']);
        this.#input = input && Object.keys(input).length > 0 ? JSON.stringify(input) : null;
        return [{ type: 'tool_call', id: asText(block['id']) ?? '', name: asText(block['name']) ?? '' }];
      }
      default:
        // Blocks of server tools, which a caller of another protocol did not ask for.
        return [{ type: 'alive' }];
    }
  }

  #readDelta(delta: JsonObject): readonly AnswerEvent[] {
    switch (delta['type']) {
      case 'text_delta':
        return [{ type: 'text', text: asText(delta['text']) ?? '' }];
      case 'thinking_delta':
        return [{ type: 'thinking', text: asText(delta['thinking']) ?? '' }];
      case 'signature_delta':
        return signatureOf({ ...delta, type: 'thinking' });
      case 'input_json_delta': {
        const text = asText(delta['partial_json']) ?? '';
        if (text !== '') this.#input = null;
        return [{ type: 'arguments', text }];
      }
      default:
        return [];
    }
  }

  #endBlock(): readonly AnswerEvent[] {
    const rest: readonly AnswerEvent[] =
      this.#input === null ? [] : [{ type: 'arguments', text: this.#input }];
    this.#input = null;
    return [...rest, { type: 'part_ended' }];
  }
}

function signatureOf({ type, signature }: JsonObject): readonly AnswerEvent[] {
  const value = asText(signature);
  if (type !== 'thinking' || value === null || value === '') return [];
  return [{ type: 'signature', signature: { origin: 'anthropic-messages', value, redacted: false } }];
}
