import type { Codec, FactsResult } from '../core/ports/codec.ts';
import type { HeaderMap } from '../core/ports/upstream.ts';
import { editBody } from './body-edits.ts';
import { conversationId, definesTools, outputLimit, readModelFacts } from './body-facts.ts';
import { JsonMeter } from './json-meter.ts';
import { openaiErrorBody } from './openai-error-body.ts';
import { readResponsesUsage } from './openai-usage.ts';
import { asObject, asText, hasMember, type JsonObject, parseObject, textBytes } from './read-json.ts';
import { reportedError, UNREADABLE } from './reported-error.ts';
import { boundInItems, signedReasoning } from './signed-reasoning.ts';
import type { SseEvent } from './sse.ts';
import { type EventReading, StreamMeter, type StreamSoFar } from './stream-meter.ts';

const encoder = new TextEncoder();

/** OpenAI Responses (platform.openai.com/docs/api-reference/responses). */
export const openaiResponses: Codec = {
  protocol: 'openai-responses',
  billed: true,
  readFacts,
  edit: (raw, edits) => editBody(raw, edits, ['max_output_tokens']),
  meter: ({ stream }) =>
    stream
      ? new StreamMeter(readEvent)
      : new JsonMeter(
          (answer) => readResponsesUsage(answer['usage']),
          'usage',
          (answer) => boundInItems(answer['output']),
        ),
  errorBody: openaiErrorBody,
  errorEvent: (failure) => {
    const event = {
      type: 'error',
      code: failure.code,
      message: failure.message,
      param: null,
      sequence_number: 0,
    };
    return encoder.encode(`event: error\ndata: ${JSON.stringify(event)}\n\n`);
  },
};

function readFacts(value: unknown, headers: HeaderMap): FactsResult {
  return readModelFacts(value, (body) => ({
    stream: body['stream'] === true,
    maxOutputTokens: outputLimit(body['max_output_tokens']),
    answers: 1,
    hasTools: definesTools(body),
    conversation: conversationId(headers, body['prompt_cache_key'], body['instructions'], body['input']),
    lacksUsageChunk: false,
    signed: signedReasoning('openai-responses', body),
  }));
}

function readEvent(event: SseEvent, soFar: StreamSoFar): EventReading {
  const { data } = event;
  const type = event.type || (asText(parseObject(data)?.['type']) ?? '');
  // Three events may end a response; `error` stands alone.
  if (type === 'response.completed' || type === 'response.incomplete' || type === 'response.failed') {
    return readTerminal(type, parseObject(data));
  }
  if (type === 'error') {
    const body = parseObject(data);
    return { error: reportedError(body?.['error']) ?? reportedError(body) ?? UNREADABLE };
  }
  if (type === 'response.output_item.done' && hasMember(data, 'encrypted_content', '"')) {
    return { content: true, signatures: boundInItems([parseObject(data)?.['item']]) };
  }
  if (type.endsWith('.delta')) return { content: true, textBytes: textBytes(data, 'delta') };
  // Items that arrive whole (a tool call without deltas, encrypted reasoning) are content too.
  return soFar.contentSeen ? {} : { content: type.endsWith('.done') };
}

function readTerminal(type: string, body: JsonObject | null): EventReading {
  const response = asObject(body?.['response']);
  const usage = readResponsesUsage(response?.['usage']);
  if (type !== 'response.failed') return { usage, content: true, complete: true };
  return { usage, complete: true, error: reportedError(response?.['error']) ?? UNREADABLE };
}
