import type { FactsResult } from '../core/ports/codec.ts';
import type { HeaderMap } from '../core/ports/upstream.ts';
import { asText, type JsonObject } from './read-json.ts';

/** A limit on output tokens: a positive whole number, or `null` for none. */
export function outputLimit(...values: readonly unknown[]): number | null {
  for (const value of values) {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  }
  return null;
}

/** The model's name, or the failure to answer with. */
export function readModel(body: JsonObject): { readonly model: string } | Exclude<FactsResult, { ok: true }> {
  const model = asText(body['model'])?.trim();
  if (model) return { model };
  return {
    ok: false,
    code: 'missing_model',
    message: 'The request names no model. Set "model" to one of those that GET /v1/models lists.',
  };
}

export function notAnObject(): FactsResult {
  return { ok: false, code: 'invalid_request', message: 'The request body must be a JSON object.' };
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
