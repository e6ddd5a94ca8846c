import type { Codec, FactsResult } from '../core/ports/codec.ts';
import type { HeaderMap } from '../core/ports/upstream.ts';
import { editBody } from './body-edits.ts';
import { readModelFacts, sessionId } from './body-facts.ts';
import { JsonMeter } from './json-meter.ts';
import { openaiErrorBody } from './openai-error-body.ts';
import { readChatUsage } from './openai-usage.ts';
import { NOTHING_SIGNED } from './signed-reasoning.ts';

const encoder = new TextEncoder();

/** OpenAI Embeddings (platform.openai.com/docs/api-reference/embeddings). Never a stream. */
export const openaiEmbeddings: Codec = {
  protocol: 'openai-embeddings',
  billed: true,
  readFacts,
  // An embedding has no output to limit.
  edit: (raw, { model }) => editBody(raw, model === undefined ? {} : { model }, ['max_tokens']),
  meter: () => new JsonMeter((answer) => readChatUsage(answer['usage']), 'usage'),
  errorBody: openaiErrorBody,
  errorEvent: (failure, requestId) => encoder.encode(openaiErrorBody(failure, requestId)),
};

function readFacts(value: unknown, headers: HeaderMap): FactsResult {
  return readModelFacts(value, () => ({
    stream: false,
    // An embedding has no output tokens: that is a bound.
    maxOutputTokens: 0,
    answers: 1,
    hasTools: false,
    conversation: sessionId(headers),
    lacksUsageChunk: false,
    signed: NOTHING_SIGNED,
  }));
}
