import type { TokenUsage } from '../../../shared/model/usage.ts';
import type { Answer, AnswerEvent, AnswerPart, FailureKind, FinishReason } from './answer-event.ts';
import type { DialogueProtocol, Signature } from './dialogue.ts';

/** Events as writers take them: every part has a beginning and an end, and is whole at its end. */
export type SequencedEvent =
  | {
      readonly type: 'started';
      readonly id: string | null;
      readonly model: string | null;
      readonly usage: TokenUsage | null;
    }
  | { readonly type: 'part_started'; readonly part: AnswerPart }
  | { readonly type: 'delta'; readonly part: AnswerPart['type']; readonly text: string }
  | { readonly type: 'part_ended'; readonly part: AnswerPart }
  | {
      readonly type: 'finished';
      readonly reason: FinishReason;
      readonly stopSequence: string | null;
      readonly usage: TokenUsage | null;
    }
  | { readonly type: 'failed'; readonly kind: FailureKind; readonly message: string }
  | { readonly type: 'alive' };

/** No model's answer is longer; a stream that is, is none. Characters. */
const MAX_ANSWER = 64 * 1024 * 1024;

/** What of the request and its translation changes the answer. */
export interface SequenceOptions {
  /** Who thinks. */
  readonly provider: DialogueProtocol;
  /** The tool that stands for a schema: its arguments are the answer's text. */
  readonly answerTool: string | null;
  /** The caller's name of a tool, by the provider's. */
  readonly toolName: (name: string) => string;
  /** An id as the caller's own protocol takes it back, from whichever provider answers next. */
  readonly callId: (id: string) => string;
}

/** Puts the events of an answer in order, and folds them into the whole. */
export class AnswerSequence {
  readonly #options: SequenceOptions;
  readonly #parts: AnswerPart[] = [];
  #started: { readonly id: string | null; readonly model: string | null } | null = null;
  #open: AnswerPart | null = null;
  #pieces: string[] = [];
  #size = 0;
  #usage: TokenUsage | null = null;
  #finish: Answer['finish'] = null;
  #failure: Answer['failure'] = null;

  constructor(options: SequenceOptions) {
    this.#options = options;
  }

  /** The answer has ended, well or not: whatever follows counts for nothing. */
  get ended(): boolean {
    return this.#finish !== null || this.#failure !== null;
  }

  get failure(): Answer['failure'] {
    return this.#failure;
  }

  answer(): Answer {
    return {
      id: this.#started?.id ?? null,
      model: this.#started?.model ?? null,
      parts: this.#parts,
      usage: this.#usage,
      finish: this.#finish,
      failure: this.#failure,
    };
  }

  take(event: AnswerEvent): readonly SequencedEvent[] {
    if (this.ended) return [];
    switch (event.type) {
      case 'alive':
        return [event];
      case 'usage':
        this.#usage = event.usage;
        return [];
      case 'started':
        return this.#start(event.id, event.model);
      case 'text':
      case 'thinking':
        // Nothing said is no part.
        return event.text === '' ? [] : [...this.#begin(event.type), ...this.#add(event.text)];
      case 'signature':
        return this.#sign(event.signature);
      case 'tool_call':
        return this.#beginTool(event.id, event.name);
      case 'arguments':
        return this.#add(event.text);
      case 'part_ended':
        return this.#end();
      case 'finished':
        return this.#finishWith(event.reason, event.stopSequence);
      case 'failed':
        return this.#fail(event.kind, event.message);
    }
  }

  #start(id: string | null, model: string | null): readonly SequencedEvent[] {
    if (this.#started) return [];
    this.#started = { id, model };
    return [{ type: 'started', id, model, usage: this.#usage }];
  }

  /** Opens a part unless one of its kind is open. */
  #begin(type: 'text' | 'thinking'): readonly SequencedEvent[] {
    return this.#open?.type === type ? [] : this.#openPart(emptyPart(type));
  }

  #beginTool(id: string, name: string): readonly SequencedEvent[] {
    if (name === this.#options.answerTool) return this.#openPart(emptyPart('text'));
    return this.#openPart({
      type: 'tool_call',
      id: this.#options.callId(id),
      name: this.#options.toolName(name),
      arguments: '',
    });
  }

  #openPart(part: AnswerPart): readonly SequencedEvent[] {
    const before = [...this.#start(null, null), ...this.#end()];
    this.#open = part;
    return [...before, { type: 'part_started', part }];
  }

  #add(text: string): readonly SequencedEvent[] {
    if (text === '' || !this.#open) return [];
    this.#pieces.push(text);
    this.#size += text.length;
    if (this.#size > MAX_ANSWER) return this.#fail('server', 'The answer is longer than any answer can be.');
    return [{ type: 'delta', part: this.#open.type, text }];
  }

  #sign(signature: Signature): readonly SequencedEvent[] {
    const begun = this.#begin('thinking');
    if (this.#open?.type === 'thinking') this.#open = { ...this.#open, signature };
    return [...begun, ...this.#end()];
  }

  #end(): readonly SequencedEvent[] {
    if (!this.#open) return [];
    const noArguments = this.#open.type === 'tool_call' && this.#pieces.length === 0;
    // Nothing in place of JSON would not parse.
    const filled = noArguments ? this.#add('{}') : [];
    const part = this.#whole(this.#open, this.#pieces.join(''));
    this.#parts.push(part);
    this.#open = null;
    this.#pieces = [];
    return [...filled, { type: 'part_ended', part }];
  }

  #whole(part: AnswerPart, text: string): AnswerPart {
    if (part.type === 'tool_call') return { ...part, arguments: text };
    if (part.type === 'text') return { ...part, text };
    // Thinking that nobody signed is known by where it came from, so that it goes nowhere else.
    const origin = { origin: this.#options.provider, value: '', redacted: false };
    return { ...part, text, signature: part.signature ?? origin };
  }

  #finishWith(reason: FinishReason, stopSequence: string | null): readonly SequencedEvent[] {
    const before = [...this.#start(null, null), ...this.#end()];
    // Where only the answer's own tool was called, none was for the caller.
    const calls = this.#parts.some(({ type }) => type === 'tool_call');
    const told = reason === 'tool_calls' && !calls ? 'stop' : reason;
    this.#finish = { reason: told, stopSequence };
    return [...before, { type: 'finished', reason: told, stopSequence, usage: this.#usage }];
  }

  #fail(kind: FailureKind, message: string): readonly SequencedEvent[] {
    this.#failure = { kind, message };
    return [{ type: 'failed', kind, message }];
  }
}

function emptyPart(type: 'text' | 'thinking'): AnswerPart {
  return type === 'text' ? { type, text: '' } : { type, text: '', signature: null };
}
