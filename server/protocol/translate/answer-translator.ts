import { concatBytes } from '../../../shared/model/bytes.ts';
import { parseObject } from '../read-json.ts';
import { isRestOfLineEnd, parseEvent, type SseEvent, SseSplitter } from '../sse.ts';
import type { Answer, AnswerEvent } from './answer-event.ts';
import type { AnswerFacts } from './answer-facts.ts';
import type { AnswerReader } from './answer-reader.ts';
import { AnswerSequence } from './answer-sequence.ts';
import type { AnswerHead, AnswerWriter } from './answer-writer.ts';
import type { DialogueProtocol } from './dialogue.ts';
import { ChatAnswerReader } from './read-chat-answer.ts';
import { GeminiAnswerReader } from './read-gemini-answer.ts';
import { MessagesAnswerReader } from './read-messages-answer.ts';
import { ResponsesAnswerReader } from './read-responses-answer.ts';
import { callIdFor } from './wire-names.ts';
import { ChatAnswerWriter } from './write-chat-answer.ts';
import { GeminiAnswerWriter, type GeminiStream } from './write-gemini-answer.ts';
import { MessagesAnswerWriter } from './write-messages-answer.ts';
import { ResponsesAnswerWriter } from './write-responses-answer.ts';

export interface AnswerTranslation {
  /** The provider's protocol. */
  readonly from: DialogueProtocol;
  /** The caller's. */
  readonly to: DialogueProtocol;
  readonly facts: AnswerFacts;
  /** Names the answer and what is in it: unique for the request. */
  readonly requestId: string;
  /** Seconds since the epoch. */
  readonly createdAt: number;
  /** Gemini's streams without `alt=sse`. */
  readonly geminiStream?: GeminiStream;
}

/** An answer in one piece that is larger is none. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
const NOTHING: readonly Uint8Array[] = [];
const encoder = new TextEncoder();
const CUT = { type: 'failed', kind: 'server', message: 'The provider broke off its answer.' } as const;
const UNREADABLE = {
  type: 'failed',
  kind: 'server',
  message: 'The provider gave no readable answer.',
} as const;

/**
 * Turns the bytes of a provider's answer into those of the caller's protocol, event by event. An answer that breaks
 * off, fails or can't be read ends in an error of the caller's dialect, never as if it were whole.
 */
export class AnswerTranslator {
  readonly #reader: AnswerReader;
  readonly #writer: AnswerWriter;
  readonly #sequence: AnswerSequence;
  readonly #stream: boolean;
  readonly #splitter = new SseSplitter();
  #body: Uint8Array[] = [];
  #size = 0;

  constructor({ from, to, facts, requestId, createdAt, geminiStream = 'sse' }: AnswerTranslation) {
    const id = requestId.replace(/^req_/, '').replace(/[^a-zA-Z0-9]/g, '');
    let calls = 0;
    this.#reader = readerOf(from, () => `call_${id}${calls++}`);
    this.#writer = writerOf(to, { id, createdAt, model: facts.model }, facts, geminiStream);
    this.#stream = facts.stream;
    this.#sequence = new AnswerSequence({
      provider: from,
      answerTool: facts.answerTool,
      toolName: (name) => facts.toolNames.get(name) ?? name,
      callId: (id) => callIdFor(to, id),
    });
  }

  /** What the answer failed with, if it did: before anything was passed on, another provider may be tried. */
  get failure(): Answer['failure'] {
    return this.#sequence.failure;
  }

  /** The next bytes of the provider's body; what can be passed on already. Never throws on malformed input. */
  push(chunk: Uint8Array): readonly Uint8Array[] {
    if (!this.#stream) {
      this.#size += chunk.length;
      if (this.#size <= MAX_BODY_BYTES) this.#body.push(chunk);
      return NOTHING;
    }
    const events = this.#splitter.push(chunk);
    const texts = events.map((event) => this.#translate(event)).join('');
    if (this.#splitter.overflowed) this.#splitter.rest();
    return texts === '' ? NOTHING : [encoder.encode(texts)];
  }

  /** The body has ended, well or not: whatever is left to pass on. */
  finish(): readonly Uint8Array[] {
    if (!this.#stream) return [encoder.encode(JSON.stringify(this.#whole()))];
    const rest = this.#splitter.rest();
    // Some servers leave out the last blank line.
    const last = rest.length === 0 ? '' : this.#translate(parseEvent(rest, new TextDecoder().decode(rest)));
    const text = last + this.#write([...this.#reader.end(), CUT]);
    return text === '' ? NOTHING : [encoder.encode(text)];
  }

  #translate(event: SseEvent): string {
    return isRestOfLineEnd(event) ? '' : this.#write(this.#reader.event(event));
  }

  #write(events: readonly AnswerEvent[]): string {
    return events
      .flatMap((event) => this.#sequence.take(event))
      .map((event) => this.#writer.event(event))
      .join('');
  }

  #whole(): unknown {
    const answer = parseObject(new TextDecoder().decode(concatBytes(this.#body)).trim());
    this.#body = [];
    const events = answer ? this.#reader.whole(answer) : [];
    for (const event of [...events, UNREADABLE]) this.#sequence.take(event);
    return this.#writer.whole(this.#sequence.answer());
  }
}

function readerOf(from: DialogueProtocol, nextId: () => string): AnswerReader {
  switch (from) {
    case 'openai-chat':
      return new ChatAnswerReader(nextId);
    case 'openai-responses':
      return new ResponsesAnswerReader();
    case 'anthropic-messages':
      return new MessagesAnswerReader();
    case 'gemini-generate':
      return new GeminiAnswerReader(nextId);
  }
}

function writerOf(
  to: DialogueProtocol,
  head: AnswerHead,
  facts: AnswerFacts,
  geminiStream: GeminiStream,
): AnswerWriter {
  switch (to) {
    case 'openai-chat':
      return new ChatAnswerWriter(head, facts.streamUsage ? 'asked' : 'not-asked');
    case 'openai-responses':
      return new ResponsesAnswerWriter(head, facts.tools);
    case 'anthropic-messages':
      return new MessagesAnswerWriter(head);
    case 'gemini-generate':
      return new GeminiAnswerWriter(head, geminiStream);
  }
}
