/** Tokens that tools and people present to the daemon. Only digests are ever kept. */
export interface Tokens {
  /** A new random token with its digest. */
  issue(prefix: string): { readonly token: string; readonly digest: string };
  /** SHA-256, lower-case hex: looking a token up by it takes the same time for every wrong one. */
  digest(token: string): string;
}
