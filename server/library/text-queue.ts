/** Pieces that wait for a slow reader before the provider is held back. */
const HIGH_WATER = 64 * 1024;

/** Text between a provider that writes and a program that reads at its own pace. */
export class TextQueue {
  readonly #pieces: string[] = [];
  #length = 0;
  #ended = false;
  #failure: { readonly error: unknown } | null = null;
  #wake: () => void = () => undefined;
  #onDrain: () => void = () => undefined;
  #onLeave: () => void = () => undefined;

  onDrain(listener: () => void): void {
    this.#onDrain = listener;
  }

  onLeave(listener: () => void): void {
    this.#onLeave = listener;
  }

  /** `false`: the reader is behind; `onDrain` tells when it has caught up. */
  push(text: string): boolean {
    if (text !== '') {
      this.#pieces.push(text);
      this.#length += text.length;
      this.#wake();
    }
    return this.#length < HIGH_WATER;
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  fail(error: unknown): void {
    this.#failure = { error };
    this.#wake();
  }

  async *iterate(): AsyncGenerator<string, void, undefined> {
    try {
      for (;;) {
        const piece = this.#pieces.shift();
        if (piece !== undefined) {
          const wasFull = this.#length >= HIGH_WATER;
          this.#length -= piece.length;
          if (wasFull && this.#length < HIGH_WATER) this.#onDrain();
          yield piece;
          continue;
        }
        if (this.#failure) throw this.#failure.error;
        if (this.#ended) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      if (!this.#ended) this.#onLeave();
    }
  }
}
