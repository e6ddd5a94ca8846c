import type { TokenUsage } from '../../shared/model/usage.ts';
import { asCount, asObject } from './read-json.ts';

/**
 * Usage of Chat Completions, Completions and Embeddings: `prompt_tokens` includes what was cached, and
 * `completion_tokens` includes reasoning (OpenAI, "Prompt caching" and "Reasoning models" guides).
 */
export function readChatUsage(value: unknown): TokenUsage | null {
  const usage = asObject(value);
  if (!usage || usage['prompt_tokens'] === undefined) return null;
  const input = asObject(usage['prompt_tokens_details']);
  const output = asObject(usage['completion_tokens_details']);
  return fromInclusive({
    input: asCount(usage['prompt_tokens']),
    cacheRead: asCount(input?.['cached_tokens'] ?? usage['prompt_cache_hit_tokens']),
    cacheWrite: asCount(input?.['cache_write_tokens']),
    output: asCount(usage['completion_tokens']),
    reasoning: asCount(output?.['reasoning_tokens']),
  });
}

/** Usage of the Responses API: the same meaning under other names. */
export function readResponsesUsage(value: unknown): TokenUsage | null {
  const usage = asObject(value);
  if (!usage || usage['input_tokens'] === undefined) return null;
  const input = asObject(usage['input_tokens_details']);
  const output = asObject(usage['output_tokens_details']);
  return fromInclusive({
    input: asCount(usage['input_tokens']),
    cacheRead: asCount(input?.['cached_tokens']),
    cacheWrite: asCount(input?.['cache_write_tokens']),
    output: asCount(usage['output_tokens']),
    reasoning: asCount(output?.['reasoning_tokens']),
  });
}

function fromInclusive(parts: {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly reasoning: number;
}): TokenUsage {
  const cacheRead = Math.min(parts.cacheRead, parts.input);
  const cacheWrite = Math.min(parts.cacheWrite, parts.input - cacheRead);
  return {
    inputTokens: parts.input - cacheRead - cacheWrite,
    cacheReadTokens: cacheRead,
    cacheWriteTokens: cacheWrite,
    cacheWrite1hTokens: 0,
    outputTokens: parts.output,
    reasoningTokens: Math.min(parts.reasoning, parts.output),
  };
}
