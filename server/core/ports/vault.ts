/**
 * Secrets of keys, and by their ids those of webhooks and the recorded bodies of requests. What `seal` returns may be stored anywhere; it opens only with this vault's data key and
 * only for the key id it was sealed for.
 */
export interface Vault {
  seal(keyId: string, secret: string): Uint8Array;
  /** Opens a sealed secret; throws `RouterError('internal')` if it was altered or belongs to another key. */
  open(keyId: string, sealed: Uint8Array): string;
  /** Keeps the plaintext of an enabled key in memory for `reveal`. */
  hold(keyId: string, secret: string): void;
  /** The plaintext for the upstream's header; `undefined` once dropped. Never logged or traced. */
  reveal(keyId: string): string | undefined;
  /** Forgets the plaintext: on disable, rotation and revocation. */
  drop(keyId: string): void;
  /** Replaces every held secret that occurs in the text with `[redacted]`. */
  redact(text: string): string;
  /** How the data key itself is kept: for `status` and `doctor`. */
  readonly sealing: 'keychain' | 'file' | 'environment' | 'memory';
}
