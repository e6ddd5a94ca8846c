import type { TokenUsage } from '../../shared/model/usage.ts';
import { asCount, asObject } from './read-json.ts';

/**
 * Usage of the Gemini API: the prompt includes what was cached, and thoughts are billed as output beside the
 * candidates (ai.google.dev/api/generate-content#UsageMetadata).
 */
export function readGeminiUsage(value: unknown): TokenUsage | null {
  const usage = asObject(value);
  if (!usage || (usage['promptTokenCount'] === undefined && usage['totalTokenCount'] === undefined))
    return null;
  const prompt = asCount(usage['promptTokenCount']) + asCount(usage['toolUsePromptTokenCount']);
  const cached = Math.min(asCount(usage['cachedContentTokenCount']), prompt);
  const thoughts = asCount(usage['thoughtsTokenCount']);
  return {
    inputTokens: prompt - cached,
    cacheReadTokens: cached,
    cacheWriteTokens: 0,
    cacheWrite1hTokens: 0,
    outputTokens: asCount(usage['candidatesTokenCount']) + thoughts,
    reasoningTokens: thoughts,
  };
}
