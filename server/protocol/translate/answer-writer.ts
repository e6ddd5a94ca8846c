import type { JsonObject } from '../read-json.ts';
import type { Answer } from './answer-event.ts';
import type { SequencedEvent } from './answer-sequence.ts';

/** Writes an answer in one protocol. One writer an answer. */
export interface AnswerWriter {
  /** The text of the stream for this event: whole server-sent events, or nothing. */
  event(event: SequencedEvent): string;
  /** An answer in one piece; where it failed, the error's body. */
  whole(answer: Answer): JsonObject;
}

/** What an answer says that is not the model's. */
export interface AnswerHead {
  /** Unique for the request, of letters and digits. */
  readonly id: string;
  /** Seconds since the epoch. */
  readonly createdAt: number;
  /** The model's name where the provider doesn't give it. */
  readonly model: string;
}

/** One server-sent event with a name. */
export function namedEvent(type: string, data: JsonObject): string {
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** One server-sent event without a name. */
export function dataEvent(data: JsonObject): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
