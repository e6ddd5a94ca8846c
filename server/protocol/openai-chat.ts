import type { Codec, FactsResult } from '../core/ports/codec.ts';
import type { HeaderMap } from '../core/ports/upstream.ts';
import { editBody } from './body-edits.ts';
import { notAnObject, outputLimit, readModel, sessionId } from './body-facts.ts';
import { JsonMeter } from './json-meter.ts';
import { openaiErrorBody } from './openai-error-body.ts';
import { readChatUsage } from './openai-usage.ts';
import { asCount, asObject, asText, type JsonObject, parseObject, quotedLength } from './read-json.ts';
import type { SseEvent } from './sse.ts';
import { type EventReading, StreamMeter, type StreamSoFar } from './stream-meter.ts';

const encoder = new TextEncoder();

/** OpenAI Chat Completions (platform.openai.com/docs/api-reference/chat). */
export const openaiChat: Codec = {
  protocol: 'openai-chat',
  billed: true,
  readFacts,
  edit: editBody,
  meter: ({ stream, stripUsageChunk }) =>
    stream
      ? new StreamMeter((event, soFar) => readEvent(event, soFar, stripUsageChunk))
      : new JsonMeter((answer) => readChatUsage(answer['usage']), 'usage'),
  errorBody: openaiErrorBody,
  errorEvent: (failure, requestId) => encoder.encode(`data: ${openaiErrorBody(failure, requestId)}\n\n`),
};

function readFacts(value: unknown, headers: HeaderMap): FactsResult {
  const body = asObject(value);
  if (!body) return notAnObject();
  const named = readModel(body);
  if (!('model' in named)) return named;
  const stream = body['stream'] === true;
  return {
    ok: true,
    facts: {
      model: named.model,
      stream,
      maxOutputTokens: outputLimit(body['max_completion_tokens'], body['max_tokens']),
      answers: Math.max(1, asCount(body['n'], 1)),
      conversation: sessionId(headers) ?? asText(body['prompt_cache_key'])?.slice(0, 128) ?? null,
      lacksUsageChunk: stream && asObject(body['stream_options'])?.['include_usage'] !== true,
    },
  };
}

function readEvent(event: SseEvent, soFar: StreamSoFar, stripUsageChunk: boolean): EventReading {
  const { data } = event;
  if (data === '[DONE]') return { complete: true };
  const textBytes = quotedLength(data, '"content":"') + quotedLength(data, '"arguments":"');
  // After the first content only these matter; most events of a stream have none of them.
  const ended = data.includes('"finish_reason":"');
  if (soFar.contentSeen && !ended && !data.includes('"usage":{') && !data.includes('"error"'))
    return { textBytes };
  const chunk = parseObject(data);
  if (!chunk) return { textBytes };
  const usage = readChatUsage(chunk['usage']);
  const choices = Array.isArray(chunk['choices']) ? (chunk['choices'] as readonly unknown[]) : [];
  return {
    textBytes,
    usage,
    complete: choices.some((choice) => asText(asObject(choice)?.['finish_reason']) !== null),
    content: choices.some(hasContent),
    drop: stripUsageChunk && usage !== null && choices.length === 0,
    ...readError(chunk),
  };
}

/** The first chunk only names the role: nothing of the answer is lost if another key starts over. */
function hasContent(value: unknown): boolean {
  const choice = asObject(value);
  if (!choice) return false;
  if (asText(choice['finish_reason']) !== null || asText(choice['text'])) return true;
  const delta = asObject(choice['delta']);
  if (!delta) return false;
  return Object.entries(delta).some(
    ([name, part]) =>
      name !== 'role' && part !== null && part !== '' && !(Array.isArray(part) && part.length === 0),
  );
}

/** OpenRouter and others report a failure inside the stream as `data: {"error": ...}`. */
function readError(chunk: JsonObject): Pick<EventReading, 'error'> {
  const error = asObject(chunk['error']);
  if (!error) return {};
  const type = asText(error['code']) ?? asText(error['type']);
  return { error: { message: asText(error['message']) ?? 'The provider reported an error.', type } };
}
