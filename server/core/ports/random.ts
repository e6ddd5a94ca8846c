/** Randomness and ids. Injected so that a decision can be replayed. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** A new id that sorts by creation time, e.g. `req_01j...`; unique across processes. */
  id(prefix: string): string;
}
