import type { JsonObject } from '../read-json.ts';
import type { SseEvent } from '../sse.ts';
import type { AnswerEvent } from './answer-event.ts';

/** Reads the answer of one protocol. One reader an answer. Never throws on malformed input. */
export interface AnswerReader {
  /** What the next event of a stream means. */
  event(event: SseEvent): readonly AnswerEvent[];
  /** The stream is over: what was held back. Without `finished` or `failed` by then, it was cut. */
  end(): readonly AnswerEvent[];
  /** The events that an answer in one piece comes to. */
  whole(answer: JsonObject): readonly AnswerEvent[];
}

/** Gives the next id for a tool call that came without one. */
export type NextId = () => string;
