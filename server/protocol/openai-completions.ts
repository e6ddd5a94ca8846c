import type { Codec, FactsResult } from '../core/ports/codec.ts';
import type { HeaderMap } from '../core/ports/upstream.ts';
import { editBody } from './body-edits.ts';
import { conversationId, outputLimit, readModelFacts } from './body-facts.ts';
import { JsonMeter } from './json-meter.ts';
import { chatReader, lacksUsageChunk, openaiChat } from './openai-chat.ts';
import { readChatUsage } from './openai-usage.ts';
import { asCount } from './read-json.ts';
import { NOTHING_SIGNED } from './signed-reasoning.ts';
import { StreamMeter } from './stream-meter.ts';

/** OpenAI's older Completions (platform.openai.com/docs/api-reference/completions). */
export const openaiCompletions: Codec = {
  ...openaiChat,
  protocol: 'openai-completions',
  readFacts,
  edit: (raw, edits) => editBody(raw, edits, ['max_tokens']),
  meter: (options) =>
    options.stream
      ? new StreamMeter(chatReader(options, ['text']))
      : new JsonMeter((answer) => readChatUsage(answer['usage']), 'usage'),
};

function readFacts(value: unknown, headers: HeaderMap): FactsResult {
  return readModelFacts(value, (body) => ({
    stream: body['stream'] === true,
    maxOutputTokens: outputLimit(body['max_tokens']),
    // `best_of` answers are made and billed, `n` of them are returned; a stream has no `best_of`.
    answers: Math.max(1, asCount(body['n'], 1), asCount(body['best_of'], 1)),
    hasTools: false,
    conversation: conversationId(headers, null, null, body['prompt']),
    lacksUsageChunk: lacksUsageChunk(body),
    signed: NOTHING_SIGNED,
  }));
}
