import type { Codec, FactsResult, MeterOptions } from '../core/ports/codec.ts';
import type { HeaderMap } from '../core/ports/upstream.ts';
import { editBody } from './body-edits.ts';
import { conversationId, definesTools, outputLimit, readModelFacts } from './body-facts.ts';
import { JsonMeter } from './json-meter.ts';
import { openaiErrorBody } from './openai-error-body.ts';
import { readChatUsage } from './openai-usage.ts';
import {
  asCount,
  asObject,
  asText,
  hasMember,
  type JsonObject,
  parseObject,
  textBytes,
} from './read-json.ts';
import { reportedError } from './reported-error.ts';
import { NOTHING_SIGNED } from './signed-reasoning.ts';
import { type EventReader, StreamMeter } from './stream-meter.ts';

const encoder = new TextEncoder();
/** Members of a delta that hold generated text; the two of reasoning are DeepSeek's and OpenRouter's. */
const TEXT_MEMBERS = ['content', 'arguments', 'reasoning_content', 'reasoning'];

/** OpenAI Chat Completions (platform.openai.com/docs/api-reference/chat). */
export const openaiChat: Codec = {
  protocol: 'openai-chat',
  billed: true,
  readFacts,
  edit: (raw, edits) => editBody(raw, edits, ['max_completion_tokens', 'max_tokens']),
  meter: (options) =>
    options.stream
      ? new StreamMeter(chatReader(options, TEXT_MEMBERS))
      : new JsonMeter((answer) => readChatUsage(answer['usage']), 'usage'),
  errorBody: openaiErrorBody,
  errorEvent: (failure, requestId) => encoder.encode(`data: ${openaiErrorBody(failure, requestId)}\n\n`),
};

function readFacts(value: unknown, headers: HeaderMap): FactsResult {
  return readModelFacts(value, (body) => ({
    stream: body['stream'] === true,
    maxOutputTokens: outputLimit(body['max_completion_tokens'], body['max_tokens']),
    answers: Math.max(1, asCount(body['n'], 1)),
    hasTools: definesTools(body),
    conversation: conversationId(headers, body['prompt_cache_key'], null, body['messages']),
    lacksUsageChunk: lacksUsageChunk(body),
    signed: NOTHING_SIGNED,
  }));
}

/** Whether a stream reports no usage because it was not asked to. */
export function lacksUsageChunk(body: JsonObject): boolean {
  return body['stream'] === true && asObject(body['stream_options'])?.['include_usage'] !== true;
}

/** Reads a stream of Chat Completions, or of the older Completions with their one member of text. */
export function chatReader(
  { stripUsageChunk, answers }: MeterOptions,
  textMembers: readonly string[],
): EventReader {
  const ended = new Set<unknown>();
  return ({ data }, soFar) => {
    if (data === '[DONE]') return { complete: true };
    const generated = textMembers.reduce((sum, name) => sum + textBytes(data, name), 0);
    const chunk = soFar.contentSeen && !mattersLater(data) ? null : parseObject(data);
    if (!chunk) return { textBytes: generated };
    const usage = readChatUsage(chunk['usage']);
    const choices = Array.isArray(chunk['choices']) ? chunk['choices'].map(asObject) : [];
    for (const choice of choices) if (choice && hasEnded(choice)) ended.add(choice['index']);
    return {
      textBytes: generated,
      usage,
      // Some servers send no `[DONE]`.
      complete: ended.size >= answers,
      content: choices.some(hasContent),
      drop: stripUsageChunk && usage !== null && choices.length === 0,
      // OpenRouter and others report a failure inside the stream as `data: {"error": ...}`.
      error: reportedError(chunk['error']),
    };
  };
}

/** After the first content only these matter; most events of a stream have none of them. */
function mattersLater(data: string): boolean {
  return (
    hasMember(data, 'finish_reason', '"') || hasMember(data, 'usage', '{') || hasMember(data, 'error', '{')
  );
}

/** The first chunk only names the role: nothing of the answer is lost if another key starts over. */
function hasContent(choice: JsonObject | null): boolean {
  if (!choice) return false;
  if (hasEnded(choice) || asText(choice['text'])) return true;
  const delta = asObject(choice['delta']);
  if (!delta) return false;
  return Object.entries(delta).some(
    ([name, part]) =>
      name !== 'role' && part !== null && part !== '' && !(Array.isArray(part) && part.length === 0),
  );
}

function hasEnded(choice: JsonObject): boolean {
  const reason = asText(choice['finish_reason']);
  return reason !== null && reason !== 'error';
}
