/** A rate limit of one model: so many requests, then refusals for a while, then as many again. */
export interface RateLimit {
  readonly model: string;
  readonly requests: number;
  readonly waitMs: number;
}

/** A customer of a simulated provider. */
export interface Account {
  readonly secret: string;
  /** What the provider calls it in its answers. */
  readonly organization: string;
  readonly limit?: RateLimit;
  /** What the network and the provider's queue take before a model begins. */
  readonly latencyMs: number;
}

/** What an account may do at this moment. */
export class AccountState {
  readonly account: Account;
  /** The provider no longer knows its key. */
  revoked = false;
  #used = 0;
  #closedUntil: number | null = null;

  constructor(account: Account) {
    this.account = account;
  }

  /** Counts a request. Returns 0 if it may pass, else how many whole seconds it has to wait. */
  take(model: string, now: number): number {
    const { limit } = this.account;
    if (limit?.model !== model) return 0;
    if (this.#closedUntil !== null && now >= this.#closedUntil) {
      this.#used = 0;
      this.#closedUntil = null;
    }
    if (this.#used < limit.requests) {
      this.#used++;
      return 0;
    }
    this.#closedUntil ??= now + limit.waitMs;
    return Math.max(1, Math.ceil((this.#closedUntil - now) / 1000));
  }
}
