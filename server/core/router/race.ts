/** Attempts of one request that run side by side: the first with content answers, the others are given up. */
export class Race {
  readonly #runners = new Map<string, () => void>();
  #winner: string | null = null;

  get decided(): boolean {
    return this.#winner !== null;
  }

  /** Takes part; `abandon` is called when another one wins. */
  enter(attemptId: string, abandon: () => void): void {
    this.#runners.set(attemptId, abandon);
  }

  /** The attempt has content: whether it may pass it on. */
  claim(attemptId: string): boolean {
    this.#winner ??= attemptId;
    if (this.#winner !== attemptId) return false;
    for (const [id, abandon] of this.#runners) if (id !== attemptId) abandon();
    return true;
  }
}
