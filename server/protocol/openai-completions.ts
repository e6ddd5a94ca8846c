import type { Codec, FactsResult } from '../core/ports/codec.ts';
import type { HeaderMap } from '../core/ports/upstream.ts';
import { editBody } from './body-edits.ts';
import { conversationId, notAnObject, outputLimit, readModel } from './body-facts.ts';
import { JsonMeter } from './json-meter.ts';
import { chatReader, openaiChat } from './openai-chat.ts';
import { readChatUsage } from './openai-usage.ts';
import { asCount, asObject } from './read-json.ts';
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
      maxOutputTokens: outputLimit(body['max_tokens']),
      // `best_of` answers are made and billed, `n` of them are returned; a stream has no `best_of`.
      answers: Math.max(1, asCount(body['n'], 1), asCount(body['best_of'], 1)),
      hasTools: false,
      conversation: conversationId(headers, null, null, body['prompt']),
      lacksUsageChunk: stream && asObject(body['stream_options'])?.['include_usage'] !== true,
    },
  };
}
