import type { Codec, FactsResult } from '../core/ports/codec.ts';
import type { HeaderMap } from '../core/ports/upstream.ts';
import { anthropicErrorBody } from './anthropic-error-body.ts';
import { readMessagesUsage } from './anthropic-usage.ts';
import { editBody } from './body-edits.ts';
import { conversationId, definesTools, outputLimit, readModelFacts } from './body-facts.ts';
import { JsonMeter } from './json-meter.ts';
import { asObject, parseObject, textBytes } from './read-json.ts';
import { reportedError, UNREADABLE } from './reported-error.ts';
import { signedReasoning } from './signed-reasoning.ts';
import type { SseEvent } from './sse.ts';
import { type EventReading, StreamMeter, type StreamSoFar } from './stream-meter.ts';

const encoder = new TextEncoder();

/** Anthropic Messages (docs.anthropic.com, "Messages" and "Streaming"). */
export const anthropicMessages: Codec = {
  protocol: 'anthropic-messages',
  billed: true,
  readFacts: (body, headers) => readFacts(body, headers, null),
  edit: (raw, edits) => editBody(raw, edits, ['max_tokens']),
  meter: ({ stream }) =>
    stream
      ? new StreamMeter(readEvent)
      : new JsonMeter((answer) => readMessagesUsage(answer['usage'], null), 'usage'),
  errorBody: anthropicErrorBody,
  errorEvent: (failure, requestId) =>
    encoder.encode(`event: error\ndata: ${anthropicErrorBody(failure, requestId)}\n\n`),
};

/** Anthropic's free token counting: routed like a message, never billed. */
export const anthropicCountTokens: Codec = {
  ...anthropicMessages,
  protocol: 'anthropic-count-tokens',
  billed: false,
  readFacts: (body, headers) => readFacts(body, headers, 0),
  meter: () => new JsonMeter(() => null, 'usage'),
};

function readFacts(value: unknown, headers: HeaderMap, limit: number | null): FactsResult {
  return readModelFacts(value, (body) => ({
    stream: body['stream'] === true,
    maxOutputTokens: limit ?? outputLimit(body['max_tokens']),
    answers: 1,
    hasTools: definesTools(body),
    conversation: conversationId(headers, null, body['system'], body['messages']),
    lacksUsageChunk: false,
    signed: signedReasoning('anthropic-messages', body),
  }));
}

function readEvent(event: SseEvent, soFar: StreamSoFar): EventReading {
  const { data } = event;
  switch (event.type) {
    case 'content_block_delta':
      return {
        content: true,
        textBytes: textBytes(data, 'text') + textBytes(data, 'partial_json') + textBytes(data, 'thinking'),
      };
    case 'message_start': {
      const message = asObject(parseObject(data)?.['message']);
      return { usage: readMessagesUsage(message?.['usage'], null) };
    }
    case 'message_delta':
      return { content: true, usage: readMessagesUsage(parseObject(data)?.['usage'], soFar.usage) };
    case 'message_stop':
      return { content: true, complete: true };
    case 'error': {
      // The type is what Anthropic's errors are known by; a code is other servers' addition.
      const error = asObject(parseObject(data)?.['error']);
      return { error: error ? reportedError({ ...error, code: null }) : UNREADABLE };
    }
    default:
      return {};
  }
}
