import type { TokenUsage } from '../../shared/model/usage.ts';
import { asCount, asObject } from './read-json.ts';

/**
 * Usage of the Messages API: the three input counts are exclusive, thinking is inside `output_tokens`
 * (Anthropic, "Prompt caching"). `earlier` is what the stream reported before: `message_delta` counts are
 * cumulative and may leave fields out.
 */
export function readMessagesUsage(value: unknown, earlier: TokenUsage | null): TokenUsage | null {
  const usage = asObject(value);
  if (!usage) return earlier;
  const written = usage['cache_creation_input_tokens'];
  const split = asObject(usage['cache_creation']);
  const total = asCount(written, earlier ? earlier.cacheWriteTokens + earlier.cacheWrite1hTokens : 0);
  const fiveMinutes = split
    ? asCount(split['ephemeral_5m_input_tokens'])
    : (earlier?.cacheWriteTokens ?? total);
  const oneHour = split ? asCount(split['ephemeral_1h_input_tokens']) : (earlier?.cacheWrite1hTokens ?? 0);
  // With server tools the final total exceeds the split: the rest is priced as the dearer kind.
  const rest = Math.max(0, total - fiveMinutes - oneHour);
  return {
    inputTokens: asCount(usage['input_tokens'], earlier?.inputTokens ?? 0),
    cacheReadTokens: asCount(usage['cache_read_input_tokens'], earlier?.cacheReadTokens ?? 0),
    cacheWriteTokens: Math.min(fiveMinutes, total),
    cacheWrite1hTokens: oneHour + (split || earlier ? rest : 0),
    outputTokens: asCount(usage['output_tokens'], earlier?.outputTokens ?? 0),
    reasoningTokens: 0,
  };
}
