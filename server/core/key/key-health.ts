/** Weight of the newest outcome in the moving average: about the last twenty requests count. */
const OUTCOME_WEIGHT = 0.1;
/** A key without history is taken for a good one, worth this many successes. */
const PRIOR_RATE = 0.98;
/** Weight of the newest answer in the averages of speed. */
const SPEED_WEIGHT = 0.2;
/** The answer whose time is compared. */
const TYPICAL_OUTPUT_TOKENS = 500;

/** Model families that are remembered: requests name them. */
const MAX_FAMILIES = 256;

interface Speed {
  readonly firstMs: number;
  readonly msPerToken: number;
}

/** What experience says of one key: success rates and speed by model family. */
export class KeyHealth {
  readonly #rates = new Map<string, number>();
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

  successRate(family: string): number {
    return this.#rates.get(family) ?? PRIOR_RATE;
  }

  /** Time to the end of a typical answer, ms, by moving averages; `null` before the first. */
  expectedMs(family: string): number | null {
    const speed = this.#speeds.get(family);
    return speed ? speed.firstMs + speed.msPerToken * TYPICAL_OUTPUT_TOKENS : null;
  }

  /** How long an answer took to begin and, from there, to end with so many tokens. */
  recordSpeed(family: string, firstMs: number, restMs: number, outputTokens: number): void {
    const known = this.#speeds.get(family);
    const msPerToken = outputTokens > 0 ? restMs / outputTokens : (known?.msPerToken ?? 0);
    const { firstMs: usualFirst, msPerToken: usualRate } = known ?? { firstMs, msPerToken };
    remember(this.#speeds, family, {
      firstMs: usualFirst + (firstMs - usualFirst) * SPEED_WEIGHT,
      msPerToken: usualRate + (msPerToken - usualRate) * SPEED_WEIGHT,
    });
  }

  countServed(): void {
    this.#served++;
  }

  record(family: string, outcome: 'succeeded' | 'failed'): void {
    const value = outcome === 'succeeded' ? 1 : 0;
    const before = this.successRate(family);
    remember(this.#rates, family, before + (value - before) * OUTCOME_WEIGHT);
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
