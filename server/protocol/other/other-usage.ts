import type { OtherProtocol } from '../../../shared/model/trace.ts';
import type { MediaTokens, TokenUsage } from '../../../shared/model/usage.ts';
import { readMessagesUsage } from '../anthropic-usage.ts';
import { readGeminiUsage } from '../gemini-usage.ts';
import { readChatUsage, readResponsesUsage } from '../openai-usage.ts';
import { asCount, asObject, type JsonObject } from '../read-json.ts';

/** The member in which answers of an API report usage. */
export const USAGE_MEMBER: Readonly<Record<OtherProtocol, string>> = {
  'openai-other': 'usage',
  'anthropic-other': 'usage',
  'gemini-other': 'usageMetadata',
};

/** The usage of an answer or of an event of one, where it reports any. */
export function readOtherUsage(dialect: OtherProtocol, answer: JsonObject): TokenUsage | null {
  const usage = answer[USAGE_MEMBER[dialect]];
  switch (dialect) {
    case 'anthropic-other':
      return readMessagesUsage(usage, null);
    case 'gemini-other':
      return readGeminiUsage(usage);
    case 'openai-other':
      return readOpenaiUsage(usage ?? asObject(answer['response'])?.['usage']);
  }
}

/** Images and audio have prices of their own (platform.openai.com/docs/api-reference/images/object, .../audio/json-object). */
function readOpenaiUsage(value: unknown): TokenUsage | null {
  const read = readResponsesUsage(value) ?? readChatUsage(value);
  const usage = asObject(value);
  if (!read || !usage) return read;
  const input = asObject(usage['input_tokens_details'] ?? usage['input_token_details']);
  const output = asObject(usage['output_tokens_details'] ?? usage['output_token_details']);
  const media: MediaTokens = {
    imageInput: asCount(input?.['image_tokens']),
    audioInput: asCount(input?.['audio_tokens']),
    imageOutput: asCount(output?.['image_tokens']),
    audioOutput: asCount(output?.['audio_tokens']),
  };
  return Object.values(media).some((count) => count > 0) ? { ...read, media } : read;
}
