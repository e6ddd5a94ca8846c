/** More buckets are merged in pairs: memory stays bounded, whatever the time. */
const MAX_BUCKETS = 512;
const FIRST_BUCKET_MS = 1000;

/** What was used of one quota over time, in buckets that grow with the time that they span. */
export class UsageTrend {
  #bucketMs = FIRST_BUCKET_MS;
  /** Index of the first bucket since the epoch. */
  #first = 0;
  #amounts: number[] = [];

  /** Counts an amount. Time that is set back counts into the last bucket. */
  record(at: number, amount: number): void {
    const index = Math.floor(at / this.#bucketMs);
    if (this.#amounts.length === 0) this.#first = index;
    const place = Math.max(this.#amounts.length - 1, index - this.#first, 0);
    this.#grow(place, at, amount);
  }

  get bucketMs(): number {
    return this.#bucketMs;
  }

  /** When the first bucket began, ms since the epoch. */
  get start(): number {
    return this.#first * this.#bucketMs;
  }

  /** Amounts of the buckets that are over by now, oldest first, those without use too. */
  complete(now: number): readonly number[] {
    const count = Math.floor(now / this.#bucketMs) - this.#first;
    if (this.#amounts.length === 0 || count <= 0) return [];
    if (count <= this.#amounts.length) return this.#amounts.slice(0, count);
    return [
      ...this.#amounts,
      ...Array<number>(Math.min(count, MAX_BUCKETS * 4) - this.#amounts.length).fill(0),
    ];
  }

  #grow(place: number, at: number, amount: number): void {
    if (place >= MAX_BUCKETS) {
      this.#merge();
      this.record(at, amount);
      return;
    }
    while (this.#amounts.length <= place) this.#amounts.push(0);
    this.#amounts[place] = (this.#amounts[place] ?? 0) + amount;
  }

  #merge(): void {
    const merged: number[] = [];
    this.#amounts.forEach((amount, index) => {
      const place = Math.floor((this.#first + index) / 2) - Math.floor(this.#first / 2);
      merged[place] = (merged[place] ?? 0) + amount;
    });
    this.#first = Math.floor(this.#first / 2);
    this.#bucketMs *= 2;
    this.#amounts = merged;
  }
}
