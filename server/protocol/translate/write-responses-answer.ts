import { type TokenUsage, totalInput } from '../../../shared/model/usage.ts';
import type { JsonObject } from '../read-json.ts';
import type { Answer, AnswerPart, FailureKind, FinishReason } from './answer-event.ts';
import type { SequencedEvent } from './answer-sequence.ts';
import { type AnswerHead, type AnswerWriter, namedEvent } from './answer-writer.ts';
import type { ToolDefinition } from './dialogue.ts';
import { FAILURES } from './failure-kinds.ts';
import { type CallerTools, ResponsesItem } from './responses-item.ts';

/** Writes Responses: every item is added, filled and done; the whole response stands at the end. */
export class ResponsesAnswerWriter implements AnswerWriter {
  readonly #head: AnswerHead;
  readonly #tools: CallerTools;
  readonly #output: JsonObject[] = [];
  #model: string;
  #sequence = 0;
  #started = false;
  #item: ResponsesItem | null = null;

  constructor(head: AnswerHead, tools: readonly ToolDefinition[]) {
    this.#head = head;
    this.#model = head.model;
    this.#tools = new Map(tools.map((tool) => [tool.name, tool.caller]));
  }

  event(event: SequencedEvent): string {
    switch (event.type) {
      case 'started':
        this.#model = event.model ?? this.#model;
        return this.#start();
      case 'part_started':
        this.#item = this.#begin(event.part, this.#output.length);
        return this.#send(this.#item.begin());
      case 'delta':
        return this.#item ? this.#send(this.#item.delta(event.text)) : '';
      case 'part_ended': {
        const item = this.#begin(event.part, this.#output.length);
        const ended = this.#send(item.end());
        this.#output.push(item.whole());
        return ended;
      }
      case 'finished': {
        const response = this.#response(statusOf(event.reason), event.usage);
        return this.#send([{ type: `response.${String(response['status'])}`, response }]);
      }
      case 'failed': {
        const begun = this.#started ? '' : this.#start();
        const response = { ...this.#response({ status: 'failed' }, null), error: errorOf(event) };
        return begun + this.#send([{ type: 'response.failed', response }]);
      }
      case 'alive':
        return ': keep-alive\n\n';
    }
  }

  whole({ model, parts, usage, finish, failure }: Answer): JsonObject {
    if (failure)
      return { error: { ...FAILURES[failure.kind].openai, message: failure.message, param: null } };
    this.#model = model ?? this.#model;
    this.#output.push(...parts.map((part, index) => this.#begin(part, index).whole()));
    return this.#response(statusOf(finish?.reason ?? 'stop'), usage);
  }

  #begin(part: AnswerPart, index: number): ResponsesItem {
    return new ResponsesItem(part, this.#head.id, index, this.#tools);
  }

  #start(): string {
    this.#started = true;
    const response = this.#response({ status: 'in_progress' }, null);
    return this.#send([
      { type: 'response.created', response },
      { type: 'response.in_progress', response },
    ]);
  }

  #send(events: readonly JsonObject[]): string {
    return events
      .map(({ type, ...members }) =>
        namedEvent(String(type), { type, sequence_number: this.#sequence++, ...members }),
      )
      .join('');
  }

  #response(status: JsonObject, usage: TokenUsage | null): JsonObject {
    return {
      id: `resp_${this.#head.id}`,
      object: 'response',
      created_at: this.#head.createdAt,
      background: false,
      error: null,
      incomplete_details: null,
      instructions: null,
      max_output_tokens: null,
      model: this.#model,
      output: [...this.#output],
      parallel_tool_calls: true,
      previous_response_id: null,
      reasoning: { effort: null, summary: null },
      store: false,
      temperature: null,
      text: { format: { type: 'text' } },
      tool_choice: 'auto',
      tools: [],
      top_p: null,
      truncation: 'disabled',
      usage: usage && writeResponsesUsage(usage),
      user: null,
      metadata: {},
      ...status,
    };
  }
}

function errorOf({ kind, message }: { readonly kind: FailureKind; readonly message: string }): JsonObject {
  return { code: FAILURES[kind].openai.code, message };
}

function statusOf(reason: FinishReason): JsonObject {
  switch (reason) {
    case 'length':
    case 'context_length':
      return { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
    case 'content_filter':
    case 'refusal':
      return { status: 'incomplete', incomplete_details: { reason: 'content_filter' } };
    case 'stop':
    case 'stop_sequence':
    case 'tool_calls':
    case 'pause':
      return { status: 'completed' };
  }
}

function writeResponsesUsage(usage: TokenUsage): JsonObject {
  const input = totalInput(usage);
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: usage.cacheReadTokens,
      cache_write_tokens: usage.cacheWriteTokens + usage.cacheWrite1hTokens,
    },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: input + usage.outputTokens,
  };
}
