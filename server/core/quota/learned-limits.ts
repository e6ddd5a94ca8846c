import type { QuotaDimension } from '../../../shared/model/limits.ts';
import { ALL_FAMILIES } from '../../../shared/model/states.ts';
import type { LimitView } from '../../../shared/model/views.ts';
import { Bounded } from '../bounded-map.ts';
import type { LimitReading } from '../ports/provider.ts';

const MAX_ACCOUNTS = 4096;
/** Families may be names from requests. */
const MAX_FAMILIES = 256;

/** What an attempt is expected to use, or what attempts have used. */
export interface LimitUse {
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** What an account had been sent in all when an attempt began: its answer's headers know of nothing later. */
export type SentMark = LimitUse;

/** A limit as it stands by the last answer's headers and by what was sent since. */
export interface LearnedLimit {
  readonly limit: number;
  readonly remaining: number;
}

interface Reading extends LimitReading {
  readonly readAt: number;
  readonly mark: SentMark;
}

/** What is known of one model family of an account. */
interface FamilyLimits {
  sent: LimitUse;
  readonly readings: Map<LimitReading['dimension'], Reading>;
}

const NOTHING: LimitUse = { requests: 0, inputTokens: 0, outputTokens: 0 };

/**
 * The limits that providers report with their answers. They belong to an account, so that the keys of one account share
 * what is known. Between two answers they are carried on: what was sent is taken off, and what the provider refills
 * until the reset that it named comes back evenly (the buckets of OpenAI and Anthropic fill continuously).
 */
export class LearnedLimits {
  readonly #accounts = new Bounded<string, Bounded<string, FamilyLimits>>(MAX_ACCOUNTS);

  /** An attempt is sent. The mark goes to `read` with its answer. */
  sent(account: string, family: string, use: LimitUse): SentMark {
    const known = this.#of(account, family);
    const before = known.sent;
    known.sent = {
      requests: before.requests + use.requests,
      inputTokens: before.inputTokens + use.inputTokens,
      outputTokens: before.outputTokens + use.outputTokens,
    };
    return known.sent;
  }

  /** Takes over what an answer's headers say. */
  read(
    account: string,
    family: string,
    readings: readonly LimitReading[],
    mark: SentMark,
    now: number,
  ): void {
    if (readings.length === 0) return;
    const known = this.#of(account, family);
    for (const reading of readings) {
      const before = known.readings.get(reading.dimension);
      // Answers overtake each other: the one of the attempt that began last knows the most.
      if (before && before.mark.requests > mark.requests) continue;
      known.readings.set(reading.dimension, { ...reading, readAt: now, mark });
    }
  }

  /** The least share that any known limit has left, 0..1; 1 where nothing is known. */
  shareLeft(account: string, family: string, now: number): number {
    const known = this.#accounts.peek(account)?.peek(family);
    let least = 1;
    if (!known) return least;
    for (const reading of known.readings.values()) {
      least = Math.min(least, remainingOf(reading, known.sent, now) / reading.limit);
    }
    return least;
  }

  /** Until when another request would be one too many, ms since the epoch; `null`: it may be sent now. */
  spentUntil(account: string, family: string, now: number): number | null {
    const known = this.#accounts.peek(account)?.peek(family);
    let until: number | null = null;
    if (!known) return until;
    for (const reading of known.readings.values()) {
      if (reading.resetAt === null || remainingOf(reading, known.sent, now) >= 1) continue;
      if (until === null || reading.resetAt > until) until = reading.resetAt;
    }
    return until;
  }

  /**
   * What an account has left in a dimension; `null`: its answers have not said, or said it for a time that is over.
   * For all families together it is only known while the account was used with one.
   */
  find(account: string, family: string, dimension: QuotaDimension, now: number): LearnedLimit | null {
    const known =
      family === ALL_FAMILIES ? this.#onlyFamily(account) : this.#accounts.peek(account)?.peek(family);
    const reading = known?.readings.get(dimension === 'total_tokens' ? 'tokens' : (dimension as 'requests'));
    if (!known || !reading || reading.resetAt === null || reading.resetAt <= now) return null;
    return { limit: reading.limit, remaining: Math.max(0, remainingOf(reading, known.sent, now)) };
  }

  /** Everything known of an account, as it was read. */
  view(account: string): readonly LimitView[] {
    const views: LimitView[] = [];
    for (const [family, { readings }] of this.#accounts.peek(account)?.entries() ?? []) {
      for (const { dimension, limit, remaining, resetAt, readAt } of readings.values()) {
        views.push({ family, dimension, limit, remaining, resetAt, readAt });
      }
    }
    return views;
  }

  /** Limits of several families are not one limit of all. */
  #onlyFamily(account: string): FamilyLimits | undefined {
    const read = [...(this.#accounts.peek(account)?.entries() ?? [])].filter(
      ([, { readings }]) => readings.size > 0,
    );
    return read.length === 1 ? read[0]?.[1] : undefined;
  }

  #of(account: string, family: string): FamilyLimits {
    let families = this.#accounts.get(account);
    if (!families) this.#accounts.set(account, (families = new Bounded(MAX_FAMILIES)));
    let known = families.get(family);
    if (!known) families.set(family, (known = { sent: NOTHING, readings: new Map() }));
    return known;
  }
}

function remainingOf(reading: Reading, sent: LimitUse, now: number): number {
  const { limit, remaining, resetAt, readAt, dimension, mark } = reading;
  // A reset without a time: only what was read is known.
  const refilled =
    resetAt === null
      ? 0
      : resetAt <= now
        ? limit - remaining
        : ((limit - remaining) * (now - readAt)) / Math.max(1, resetAt - readAt);
  return Math.min(limit, remaining + refilled) - usedSince(dimension, sent, mark);
}

function usedSince(dimension: LimitReading['dimension'], sent: LimitUse, mark: SentMark): number {
  const input = sent.inputTokens - mark.inputTokens;
  const output = sent.outputTokens - mark.outputTokens;
  switch (dimension) {
    case 'requests':
      return sent.requests - mark.requests;
    case 'input_tokens':
      return input;
    case 'output_tokens':
      return output;
    case 'tokens':
      return input + output;
  }
}
