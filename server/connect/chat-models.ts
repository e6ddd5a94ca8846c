import { RouterError } from '../core/router-error.ts';
import type { ModelOffer, ToolProtocol, Wiring } from './tool.ts';

/** Enough to choose from; a configuration with hundreds of models serves nobody. */
const MOST = 40;

/** Models for other things than conversations, by what providers call them. */
const OTHER = /embed|whisper|tts|transcribe|audio|realtime|image|dall-e|imagen|veo|sora|moderation|rerank/i;

/**
 * The models for a tool that has to be told each of them: the one that was asked for, else those that the router lists
 * for conversations. Throws `RouterError` if there is none.
 */
export function chatModels({ model, models }: Wiring): {
  readonly listed: readonly ModelOffer[];
  readonly notes: readonly string[];
} {
  if (model !== null) {
    return {
      listed: [models.find(({ id }) => id === model) ?? { id: model, contextLength: null }],
      notes: [],
    };
  }
  const fitting = models.filter(({ id }) => !OTHER.test(id));
  if (fitting.length === 0) {
    throw new RouterError(
      'no_key_for_model',
      'This tool has to be told the models, and the router lists none yet. Add a key first ("apikeyrouter keys add openai"), or name a model with --model.',
    );
  }
  const left = fitting.length - MOST;
  const notes =
    left > 0 ? [`${MOST} of ${fitting.length} models were written. Choose another one with --model.`] : [];
  return { listed: fitting.slice(0, MOST), notes };
}

/** What a provider of each protocol calls its small models, then its others. */
const SMALL_FIRST: Readonly<Record<ToolProtocol, readonly RegExp[]>> = {
  'anthropic-messages': [/claude.*haiku/, /claude/],
  'openai-chat': [/gpt.*(?:nano|mini)/, /gpt/],
  'openai-responses': [/gpt.*(?:nano|mini)/, /gpt/],
  'gemini-generate': [/gemini.*flash/, /gemini/],
};

/** A model for a test call: a small one of the tool's own provider where there is one; `null` if none is listed. */
export function testModel(protocol: ToolProtocol, models: readonly ModelOffer[]): string | null {
  const fitting = models.filter(({ id }) => !OTHER.test(id));
  for (const pattern of SMALL_FIRST[protocol]) {
    const found = fitting.find(({ id }) => pattern.test(id));
    if (found) return found.id;
  }
  return fitting[0]?.id ?? null;
}
