import { asCount, asObject, type JsonObject, parseObject } from '../read-json.ts';
import type { Dialogue } from './dialogue.ts';
import { readGeminiRequest } from './read-gemini-request.ts';
import { readMessagesRequest } from './read-messages-request.ts';
import { Untranslatable } from './untranslatable.ts';
import { Warnings } from './warnings.ts';
import { writeGeminiRequest } from './write-gemini-request.ts';
import { writeMessagesRequest } from './write-messages-request.ts';
import type { Translation } from './translate.ts';

/** The protocols that count the tokens of a request. */
export type CountProtocol = 'anthropic-count-tokens' | 'gemini-count-tokens';

const encoder = new TextEncoder();

/** Writes a request to count tokens in the other protocol that can. */
export function translateCountRequest(
  from: CountProtocol,
  body: unknown,
  model: string,
): Exclude<Translation, { ok: true }> | { readonly ok: true; readonly body: Uint8Array } {
  try {
    const value = asObject(body);
    if (!value) throw new Untranslatable('The request body must be a JSON object.');
    const written = from === 'gemini-count-tokens' ? toMessages(value, model) : toGemini(value, model);
    return { ok: true, body: encoder.encode(JSON.stringify(written)) };
  } catch (error) {
    if (error instanceof Untranslatable) return { ok: false, code: 'untranslatable', message: error.message };
    throw error;
  }
}

/** Everything that is counted, without the limit and the stream that Anthropic's counting refuses. */
function toMessages(body: JsonObject, model: string): JsonObject {
  const warnings = new Warnings('anthropic-messages');
  const asked = asObject(body['generateContentRequest']) ?? body;
  const dialogue: Dialogue = { ...readGeminiRequest(asked, { model, stream: false }, warnings), model };
  const written = writeMessagesRequest(dialogue, { maxTokens: 1 }, warnings);
  return pick(written, ['model', 'system', 'messages', 'tools', 'tool_choice', 'thinking']);
}

/** Gemini counts tools and instructions only inside of a whole request (ai.google.dev/api/tokens). */
function toGemini(body: JsonObject, model: string): JsonObject {
  const warnings = new Warnings('gemini-generate');
  const dialogue: Dialogue = { ...readMessagesRequest(body, warnings), model };
  const written = pick(writeGeminiRequest(dialogue, warnings), ['contents', 'systemInstruction', 'tools']);
  return { generateContentRequest: { model: `models/${model}`, ...written } };
}

function pick(value: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([name]) => names.includes(name)));
}

/** Reads the number of tokens that a provider counted; `null` if the answer has none. */
export function readCount(from: CountProtocol, answer: Uint8Array): number | null {
  const value = parseObject(new TextDecoder().decode(answer).trim());
  const count = value?.[from === 'gemini-count-tokens' ? 'totalTokens' : 'input_tokens'];
  return typeof count === 'number' ? asCount(count) : null;
}

/** An answer that tells a number of tokens, counted or estimated. */
export function writeCount(to: CountProtocol, tokens: number): Uint8Array {
  const answer = to === 'gemini-count-tokens' ? { totalTokens: tokens } : { input_tokens: tokens };
  return encoder.encode(JSON.stringify(answer));
}
