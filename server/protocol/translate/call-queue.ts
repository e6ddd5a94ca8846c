import { asObject, asText, type JsonObject } from '../read-json.ts';
import type { AnswerEvent } from './answer-event.ts';
import type { NextId } from './answer-reader.ts';

/** No arguments are longer, characters. */
const MAX_HELD = 16 * 1024 * 1024;

interface Call {
  readonly index: unknown;
  readonly id: string | null;
  readonly name: string;
  readonly end: JsonEnd;
  begun: boolean;
  /** Arguments that wait for the calls before. */
  held: string;
}

/**
 * Calls of tools that are received side by side, one after the other: Chat Completions says with each piece to which
 * call it belongs, all other protocols know one part at a time. The first call passes as it comes. The others wait until
 * the JSON of its arguments is whole.
 */
export class CallQueue {
  readonly #nextId: NextId;
  readonly #calls: Call[] = [];
  readonly #closed = new Set<unknown>();
  #held = 0;

  constructor(nextId: NextId) {
    this.#nextId = nextId;
  }

  /** Takes a piece of a call. */
  take(piece: JsonObject): readonly AnswerEvent[] {
    const called = asObject(piece['function']);
    const name = asText(called?.['name']) ?? '';
    const text = asText(called?.['arguments']) ?? '';
    const { index } = piece;
    const id = asText(piece['id']) || null;
    let call = this.#calls.findLast((known) => known.index === index);
    // Some servers give every call the same index: then its id tells it apart.
    const other = id !== null && name !== '' && call?.id !== null && call?.id !== id;
    if (!call || other) {
      if (name === '' && this.#closed.has(index)) return text.trim() === '' ? [] : [MIXED];
      call = { index, id, name, end: new JsonEnd(), begun: false, held: '' };
      this.#calls.push(call);
    }
    call.held += text;
    this.#held += text.length;
    return this.#held > MAX_HELD ? [TOO_LONG] : this.#pass('whole');
  }

  /** No more pieces come: whatever waits. */
  close(): readonly AnswerEvent[] {
    return this.#pass('all');
  }

  #pass(ended: 'whole' | 'all'): readonly AnswerEvent[] {
    const events: AnswerEvent[] = [];
    for (let call = this.#calls[0]; call; call = this.#calls[0]) {
      events.push(...this.#begin(call));
      const others = this.#calls.length > 1;
      if (ended === 'whole' && !(others && call.end.seen)) break;
      events.push({ type: 'part_ended' });
      this.#closed.add(call.index);
      this.#calls.shift();
    }
    return events;
  }

  #begin(call: Call): readonly AnswerEvent[] {
    const { held, begun } = call;
    call.begun = true;
    call.held = '';
    this.#held -= held.length;
    call.end.push(held);
    const events: AnswerEvent[] = [];
    if (!begun) events.push({ type: 'tool_call', id: call.id ?? this.#nextId(), name: call.name });
    if (held !== '') events.push({ type: 'arguments', text: held });
    return events;
  }
}

const MIXED = {
  type: 'failed',
  kind: 'server',
  message: 'The provider added to the arguments of a tool call that was complete.',
} as const;
const TOO_LONG = {
  type: 'failed',
  kind: 'server',
  message: "The arguments of a tool call are longer than any call's can be.",
} as const;

/** Notices where an object's JSON text ends, which comes in pieces. */
class JsonEnd {
  #depth = 0;
  #inString = false;
  #escaped = false;
  seen = false;

  push(text: string): void {
    for (const character of text) {
      if (this.#escaped) this.#escaped = false;
      else if (this.#inString && character === '\\') this.#escaped = true;
      else if (character === '"') this.#inString = !this.#inString;
      else if (this.#inString) continue;
      else if (character === '{' || character === '[') this.#depth++;
      else if (character === '}' || character === ']') this.seen = --this.#depth === 0;
    }
  }
}
