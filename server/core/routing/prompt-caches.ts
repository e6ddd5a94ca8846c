import type { Protocol } from '../../../shared/model/trace.ts';
import { totalInput, type TokenUsage } from '../../../shared/model/usage.ts';
import { Bounded } from '../bounded-map.ts';

/** What an account is expected to have cached of a conversation. */
export interface CachedPrefix {
  readonly tokens: number;
  /** ms since the epoch: providers drop what is not used again. */
  readonly until: number;
}

/** How the cache was told of: written on request (Anthropic) or by itself, seen only when it is read (OpenAI). */
type CacheKind = 'explicit' | 'automatic';

/** Lifetimes that providers document: Anthropic's default and its long one; OpenAI drops after 5 to 10 minutes. */
const EXPLICIT_MS = 5 * 60_000;
const EXPLICIT_LONG_MS = 60 * 60_000;
const AUTOMATIC_MS = 5 * 60_000;
/** OpenAI caches prompts from here on, in steps (platform.openai.com/docs/guides/prompt-caching). */
const AUTOMATIC_FROM = 1024;
const AUTOMATIC_STEP = 128;
const MAX_CONVERSATIONS = 8192;
/** Of an automatic cache that has never been seen at work so much is expected to be there. */
const PRIOR_HIT_SHARE = 0.8;
const HIT_WEIGHT = 0.2;

/**
 * Which account holds how much of which conversation, learned from the cache usage that answers report. A
 * conversation is only remembered by its name: an id, or a hash.
 */
export class PromptCaches {
  readonly #conversations = new Bounded<string, Map<string, CachedPrefix>>(MAX_CONVERSATIONS);
  /** Share of the expected tokens that automatic caches really had, by provider. */
  readonly #hitShares = new Map<string, number>();

  /** What an account (any name that keys of one cache share) holds for the next request of a conversation. */
  expected(conversation: string | null, model: string, account: string, now: number): CachedPrefix | null {
    if (conversation === null) return null;
    const prefix = this.#conversations.get(`${conversation}\n${model}`)?.get(account);
    return prefix && prefix.until > now && prefix.tokens > 0 ? prefix : null;
  }

  /** Whether any account holds something: if not, nothing needs to be asked for each candidate. */
  knows(conversation: string | null, model: string): boolean {
    return conversation !== null && this.#conversations.get(`${conversation}\n${model}`) !== undefined;
  }

  /** An answer came, with its reported usage. */
  learn(
    request: {
      readonly conversation: string | null;
      readonly model: string;
      readonly account: string;
      readonly providerId: string;
      readonly protocol: Protocol;
    },
    usage: TokenUsage,
    now: number,
  ): void {
    if (request.conversation === null) return;
    const name = `${request.conversation}\n${request.model}`;
    const accounts = this.#conversations.get(name) ?? new Map<string, CachedPrefix>();
    const kind: CacheKind = request.protocol === 'anthropic-messages' ? 'explicit' : 'automatic';
    const prefix =
      kind === 'explicit'
        ? explicitPrefix(usage, now)
        : this.#automaticPrefix(request.providerId, accounts.get(request.account), usage, now);
    if (prefix) accounts.set(request.account, prefix);
    else accounts.delete(request.account);
    this.#conversations.set(name, accounts);
  }

  #automaticPrefix(
    providerId: string,
    before: CachedPrefix | undefined,
    usage: TokenUsage,
    now: number,
  ): CachedPrefix | null {
    let share = this.#hitShares.get(providerId) ?? PRIOR_HIT_SHARE;
    if (before && before.until > now && before.tokens > 0) {
      const seen = Math.min(1, usage.cacheReadTokens / before.tokens);
      share += (seen - share) * HIT_WEIGHT;
      this.#hitShares.set(providerId, share);
    }
    const input = totalInput(usage);
    if (input < AUTOMATIC_FROM) return null;
    const cached = Math.floor((input * share) / AUTOMATIC_STEP) * AUTOMATIC_STEP;
    return { tokens: cached, until: now + AUTOMATIC_MS };
  }
}

function explicitPrefix(usage: TokenUsage, now: number): CachedPrefix | null {
  const tokens = usage.cacheReadTokens + usage.cacheWriteTokens + usage.cacheWrite1hTokens;
  if (tokens === 0) return null;
  const lifetime = usage.cacheWrite1hTokens > 0 ? EXPLICIT_LONG_MS : EXPLICIT_MS;
  return { tokens, until: now + lifetime };
}
