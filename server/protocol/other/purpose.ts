import type { OtherProtocol } from '../../../shared/model/trace.ts';
import type { RequestMethod } from '../../core/ports/upstream.ts';

/** What a method on a path does, as far as money and repeating go. */
export interface Purpose {
  /** `free`: the provider bills nothing. `answer`: what the answer used. `deferred`: work that is done, and billed, later. */
  readonly cost: 'free' | 'answer' | 'deferred';
  /** Whether doing it twice makes two of something. */
  readonly repeatable: boolean;
  /** The model that answers where the request names none. */
  readonly model: string | null;
}

interface PathRule extends Partial<Purpose> {
  readonly path: RegExp;
}

const FREE_ONCE = { cost: 'free' } as const;
const ANSWER = { cost: 'answer', repeatable: true } as const;
const DEFERRED = { cost: 'deferred' } as const;

/**
 * POSTs whose meaning is known (platform.openai.com/docs/api-reference; docs.claude.com/en/api; ai.google.dev/api).
 * Any other may make something, and cost something.
 */
const POSTS: Readonly<Record<OtherProtocol, readonly PathRule[]>> = {
  'openai-other': [
    { path: /^\/moderations$/, cost: 'free', repeatable: true, model: 'omni-moderation-latest' },
    // Which model makes a picture where none is named is not documented.
    { path: /^\/images\/(?:generations|edits|variations)$/, ...ANSWER },
    { path: /^\/audio\/(?:speech|transcriptions|translations)$/, ...ANSWER },
    {
      path: /^\/(?:rerank|ocr|classifications|chat\/classifications|fim\/completions|responses\/compact)$/,
      ...ANSWER,
    },
    { path: /^\/responses\/input_tokens$/, cost: 'free', repeatable: true },
    { path: /^\/(?:files|uploads|conversations)(?:\/|$)/, ...FREE_ONCE },
    { path: /\/cancel$/, ...FREE_ONCE },
    { path: /^\/(?:batches|fine_tuning\/jobs)$/, ...DEFERRED },
    { path: /^\/videos(?:\/edits|\/extensions|\/[\w-]+\/remix)?$/, ...DEFERRED, model: 'sora-2' },
  ],
  'anthropic-other': [
    { path: /^\/messages\/batches$/, ...DEFERRED },
    { path: /^\/(?:files|skills)(?:\/|$)/, ...FREE_ONCE },
    { path: /\/cancel$/, ...FREE_ONCE },
  ],
  'gemini-other': [
    { path: /:(?:batchGenerateContent|asyncBatchEmbedContent|predictLongRunning)$/, ...DEFERRED },
    { path: /:computeTokens$/, cost: 'free', repeatable: true },
    { path: /\/models\/[^/]+:[a-zA-Z]+$/, ...ANSWER },
    { path: /:cancel$/, ...FREE_ONCE },
    { path: /\/files(?::register)?$/, ...FREE_ONCE },
  ],
};

/** Looking costs nothing and may be repeated; taking away and changing costs nothing. */
export function purposeOf(dialect: OtherProtocol, method: RequestMethod, path: string): Purpose {
  if (method !== 'POST') return { cost: 'free', repeatable: method === 'GET', model: null };
  const rule = POSTS[dialect].find((entry) => entry.path.test(path));
  return { cost: rule?.cost ?? 'answer', repeatable: rule?.repeatable ?? false, model: rule?.model ?? null };
}
