/** Weight of the newest outcome in the moving average: about the last twenty requests count. */
const OUTCOME_WEIGHT = 0.1;
/** A key without history is taken for a good one, worth this many successes. */
const PRIOR_RATE = 0.98;
/** What was seen counts half after this time: a key that failed once gets its chances back without being asked. */
const HALF_LIFE_MS = 10 * 60_000;
/** A speed that was measured longer ago is not known any more. */
const SPEED_LIFE_MS = 30 * 60_000;
/** Weight of the newest answer in the averages of speed. */
const SPEED_WEIGHT = 0.2;
/** The answer whose time is compared. */
const TYPICAL_OUTPUT_TOKENS = 500;

/** Model families that are remembered: requests name them. */
const MAX_FAMILIES = 256;

interface Rate {
  readonly share: number;
  /** ms since the epoch. */
  readonly at: number;
}

interface Speed {
  /** ms since the epoch. */
  readonly at: number;
  readonly firstMs: number;
  readonly msPerToken: number;
}

/** What experience says of one key: success rates and speed by model family. */
export class KeyHealth {
  readonly #rates = new Map<string, Rate>();
  readonly #speeds = new Map<string, Speed>();
  #served = 0;
  #overall: number | null = null;
  /** Finish tag of start-time fair queueing: grows by one with each request served. */
  fairTag = 0;

  get served(): number {
    return this.#served;
  }

  /** Share of attempts that succeeded lately; `null` before the first. */
  get overallRate(): number | null {
    return this.#overall;
  }

  /** Whether nothing is known of its success with a family, so that `successRate` is a prior. */
  isUntried(family: string): boolean {
    return !this.#rates.has(family);
  }

  /** Share of attempts that succeeded lately; the longer ago the last one was, the closer to that of a new key. */
  successRate(family: string, now: number): number {
    const rate = this.#rates.get(family);
    if (!rate) return PRIOR_RATE;
    const kept = 2 ** (-Math.max(0, now - rate.at) / HALF_LIFE_MS);
    return PRIOR_RATE + (rate.share - PRIOR_RATE) * kept;
  }

  /** Time to the end of a typical answer, ms, by moving averages; `null` where it was not measured lately. */
  expectedMs(family: string, now: number): number | null {
    const speed = this.#speeds.get(family);
    return speed && now - speed.at < SPEED_LIFE_MS
      ? speed.firstMs + speed.msPerToken * TYPICAL_OUTPUT_TOKENS
      : null;
  }

  /** How long an answer took to begin and, from there, to end with so many tokens. */
  recordSpeed(
    family: string,
    { firstMs, restMs, outputTokens, now }: Record<'firstMs' | 'restMs' | 'outputTokens' | 'now', number>,
  ): void {
    const known = this.#speeds.get(family);
    const msPerToken = outputTokens > 0 ? restMs / outputTokens : (known?.msPerToken ?? 0);
    const { firstMs: usualFirst, msPerToken: usualRate } = known ?? { firstMs, msPerToken };
    remember(this.#speeds, family, {
      at: now,
      firstMs: usualFirst + (firstMs - usualFirst) * SPEED_WEIGHT,
      msPerToken: usualRate + (msPerToken - usualRate) * SPEED_WEIGHT,
    });
  }

  countServed(): void {
    this.#served++;
  }

  record(family: string, outcome: 'succeeded' | 'failed', now: number): void {
    const value = outcome === 'succeeded' ? 1 : 0;
    const before = this.successRate(family, now);
    remember(this.#rates, family, { share: before + (value - before) * OUTCOME_WEIGHT, at: now });
    const overall = this.#overall ?? value;
    this.#overall = overall + (value - overall) * OUTCOME_WEIGHT;
  }
}

/** Sets a value; of too many the one that was set least recently is forgotten. */
function remember<T>(map: Map<string, T>, name: string, value: T): void {
  map.delete(name);
  map.set(name, value);
  if (map.size <= MAX_FAMILIES) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
