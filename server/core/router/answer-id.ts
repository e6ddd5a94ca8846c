/** The id stands at the beginning of an answer: in its first member, or in its first event. */
const MAX_CHARACTERS = 4096;
const ID = /"id"\s*:\s*"(resp_[\w-]{1,128})"/;

/** Finds the id under which a provider stored an answer (Responses API), while it passes. */
export class AnswerId {
  readonly #decoder = new TextDecoder();
  #start = '';
  #over = false;
  value: string | null = null;

  push(chunk: Uint8Array): void {
    if (this.#over) return;
    this.#start += this.#decoder.decode(chunk.subarray(0, MAX_CHARACTERS), { stream: true });
    this.value = ID.exec(this.#start)?.[1] ?? null;
    this.#over = this.value !== null || this.#start.length >= MAX_CHARACTERS;
    if (this.#over) this.#start = '';
  }
}
