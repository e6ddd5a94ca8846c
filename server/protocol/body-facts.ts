import type { BodyFacts, FactsResult } from '../core/ports/codec.ts';
import type { HeaderMap } from '../core/ports/upstream.ts';
import { asObject, asText, type JsonObject } from './read-json.ts';

/** A limit on output tokens: a positive whole number, or `null` for none. */
export function outputLimit(...values: readonly unknown[]): number | null {
  for (const value of values) {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  }
  return null;
}

/** Names are remembered, and kept with the trace. */
export const MAX_MODEL_LENGTH = 512;

export const NAME_TOO_LONG = {
  ok: false,
  code: 'invalid_request',
  message: `The name of the model is longer than ${MAX_MODEL_LENGTH} characters. GET /v1/models lists those there are.`,
} as const;

/** The model's name, or the failure to answer with. */
function readModel(value: unknown): { readonly model: string } | Exclude<FactsResult, { ok: true }> {
  const model = asText(value)?.trim();
  if (model && model.length > MAX_MODEL_LENGTH) return NAME_TOO_LONG;
  if (model) return { model };
  return {
    ok: false,
    code: 'missing_model',
    message: 'The request names no model. Set "model" to one of those that GET /v1/models lists.',
  };
}

/** The facts of a body that is an object and names a model, or the failure to answer with. */
export function readModelFacts(
  value: unknown,
  read: (body: JsonObject) => Omit<BodyFacts, 'model'>,
  modelOf: (body: JsonObject) => unknown = (body) => body['model'],
): FactsResult {
  const body = asObject(value);
  if (!body) {
    return { ok: false, code: 'invalid_request', message: 'The request body must be a JSON object.' };
  }
  const named = readModel(modelOf(body));
  return 'model' in named ? { ok: true, facts: { model: named.model, ...read(body) } } : named;
}

/** Headers by which tools name their session, the explicit one first. */
const SESSION_HEADERS = ['x-session-id', 'x-claude-code-session-id', 'session-id', 'session_id'];

/** The session that the tool names itself; bounded, since it is kept with the trace. */
export function sessionId(headers: HeaderMap): string | null {
  for (const name of SESSION_HEADERS) {
    const value = headers[name];
    if (typeof value === 'string' && value.length > 0) return value.slice(0, 128);
  }
  return null;
}

/**
 * What the conversation is known by: the session that the tool names, else a hash of how it begins (its instructions
 * and its first message), which stays the same from turn to turn; `null` without either.
 */
export function conversationId(
  headers: HeaderMap,
  explicit: unknown,
  instructions: unknown,
  messages: unknown,
): string | null {
  const named = sessionId(headers) ?? asText(explicit)?.slice(0, 128);
  if (named) return named;
  if (!Array.isArray(messages)) return asText(messages) ? hashOf(instructions, messages) : null;
  const first = messages.findIndex((message) => asObject(message)?.['role'] === 'user');
  return first === -1 ? null : hashOf(instructions, messages.slice(0, first + 1));
}

/** Long beginnings are the same from here on, or differ before. */
const HASHED_CHARACTERS = 4096;

function hashOf(...parts: readonly unknown[]): string {
  // Two FNV-1a hashes of 32 bits: names need not withstand attack, a collision only costs a cache hit.
  let low = 0x811c9dc5;
  let high = 0x01000193;
  let left = HASHED_CHARACTERS;
  // Texts are taken as they come, without writing the whole value out again: it may be long.
  const take = (value: unknown): void => {
    if (left <= 0 || value === null || value === undefined) return;
    if (typeof value === 'object') {
      for (const part of Object.values(value)) take(part);
      return;
    }
    // Numbers and the like stand for themselves by their presence: beginnings differ in their texts.
    const text = typeof value === 'string' ? value : '#';
    const end = Math.min(text.length, left);
    for (let at = 0; at < end; at++) {
      const code = text.charCodeAt(at);
      low = Math.imul(low ^ code, 0x01000193);
      high = Math.imul(high ^ code, 0x85ebca6b);
    }
    left -= end + 1;
  };
  take(parts);
  return `prefix-${hex(low)}${hex(high)}`;
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}

/** Whether a request defines tools. */
export function definesTools(body: JsonObject): boolean {
  const tools = body['tools'] ?? body['functions'];
  return Array.isArray(tools) && tools.length > 0;
}
