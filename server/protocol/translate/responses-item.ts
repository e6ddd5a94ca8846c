import type { JsonObject } from '../read-json.ts';
import type { AnswerPart } from './answer-event.ts';
import type { CallerTool } from './dialogue.ts';
import { freeformInput } from './freeform-tool.ts';
import { sealSignature } from './signature-seal.ts';

/** How the caller knows its tools, by the one name that they have here. */
export type CallerTools = ReadonlyMap<string, CallerTool | undefined>;

/** One item of a response's output, and the events of its life. */
export class ResponsesItem {
  readonly #part: AnswerPart;
  readonly #id: string;
  readonly #index: number;
  readonly #tool: CallerTool | undefined;
  #summaryOpen = false;

  constructor(part: AnswerPart, requestId: string, index: number, tools: CallerTools) {
    this.#part = part;
    this.#index = index;
    this.#tool = part.type === 'tool_call' ? tools.get(part.name) : undefined;
    this.#id = `${this.#prefix()}_${requestId}_${index}`;
  }

  begin(): readonly JsonObject[] {
    const added = { type: 'response.output_item.added', output_index: this.#index, item: this.#empty() };
    switch (this.#part.type) {
      case 'text':
        return [
          added,
          this.#about('response.content_part.added', { content_index: 0, part: outputText('') }),
        ];
      case 'thinking':
      case 'tool_call':
        return [added];
    }
  }

  /** A piece of the part, in the one form that it has. Reasoning opens its summary with the first piece. */
  delta(text: string): readonly JsonObject[] {
    switch (this.#part.type) {
      case 'text':
        return [this.#about('response.output_text.delta', { content_index: 0, delta: text, logprobs: [] })];
      case 'thinking':
        return [
          ...this.#openSummary(),
          this.#about('response.reasoning_summary_text.delta', { summary_index: 0, delta: text }),
        ];
      case 'tool_call':
        // A freeform input is inside of JSON: it comes when that is whole.
        return this.#tool?.freeform
          ? []
          : [this.#about('response.function_call_arguments.delta', { delta: text })];
    }
  }

  #openSummary(): readonly JsonObject[] {
    if (this.#summaryOpen) return [];
    this.#summaryOpen = true;
    const part = { type: 'summary_text', text: '' };
    return [this.#about('response.reasoning_summary_part.added', { summary_index: 0, part })];
  }

  end(): readonly JsonObject[] {
    const done = { type: 'response.output_item.done', output_index: this.#index, item: this.whole() };
    return [...this.#contentDone(), done];
  }

  whole(): JsonObject {
    switch (this.#part.type) {
      case 'text':
        return this.#message('completed', [outputText(this.#part.text)]);
      case 'thinking': {
        const { text, signature } = this.#part;
        const summary = text === '' ? [] : [{ type: 'summary_text', text }];
        const sealed = signature && sealSignature(signature, 'openai-responses');
        return { id: this.#id, type: 'reasoning', summary, ...(sealed ? { encrypted_content: sealed } : {}) };
      }
      case 'tool_call':
        return this.#call('completed', this.#part.arguments);
    }
  }

  #empty(): JsonObject {
    switch (this.#part.type) {
      case 'text':
        return this.#message('in_progress', []);
      case 'thinking':
        return { id: this.#id, type: 'reasoning', summary: [] };
      case 'tool_call':
        return this.#call('in_progress', '');
    }
  }

  #message(status: string, content: readonly JsonObject[]): JsonObject {
    return { id: this.#id, type: 'message', role: 'assistant', status, content };
  }

  #call(status: string, args: string): JsonObject {
    if (this.#part.type !== 'tool_call') return {};
    const { id, name } = this.#part;
    const namespace = this.#tool?.namespace ? { namespace: this.#tool.namespace } : {};
    const known = { id: this.#id, call_id: id, name: this.#tool?.name ?? name, ...namespace };
    if (!this.#tool?.freeform) return { type: 'function_call', ...known, status, arguments: args };
    return { type: 'custom_tool_call', ...known, status, input: args === '' ? '' : freeformInput(args) };
  }

  #contentDone(): readonly JsonObject[] {
    switch (this.#part.type) {
      case 'text': {
        const { text } = this.#part;
        return [
          this.#about('response.output_text.done', { content_index: 0, text, logprobs: [] }),
          this.#about('response.content_part.done', { content_index: 0, part: outputText(text) }),
        ];
      }
      case 'thinking': {
        const { text } = this.#part;
        if (text === '') return [];
        const part = { type: 'summary_text', text };
        return [
          this.#about('response.reasoning_summary_text.done', { summary_index: 0, text }),
          this.#about('response.reasoning_summary_part.done', { summary_index: 0, part }),
        ];
      }
      case 'tool_call': {
        const args = this.#part.arguments;
        if (!this.#tool?.freeform)
          return [this.#about('response.function_call_arguments.done', { arguments: args })];
        const input = freeformInput(args);
        return [
          this.#about('response.custom_tool_call_input.delta', { delta: input }),
          this.#about('response.custom_tool_call_input.done', { input }),
        ];
      }
    }
  }

  #about(type: string, members: JsonObject): JsonObject {
    return { type, item_id: this.#id, output_index: this.#index, ...members };
  }

  #prefix(): string {
    switch (this.#part.type) {
      case 'text':
        return 'msg';
      case 'thinking':
        return 'rs';
      case 'tool_call':
        return this.#tool?.freeform ? 'ctc' : 'fc';
    }
  }
}

function outputText(text: string): JsonObject {
  return { type: 'output_text', annotations: [], logprobs: [], text };
}
