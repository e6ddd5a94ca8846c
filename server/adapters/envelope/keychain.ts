/** The answer of a keychain; a refusal says why in words for people. */
export type KeychainAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string };

/** The operating system's store of secrets. Never throws or rejects; answers within a bounded time. */
export interface Keychain {
  /** The secret of an account; `null` if the keychain has none. */
  read(account: string): Promise<KeychainAnswer<string | null>>;
  /** Keeps a secret, in the place of an earlier one. */
  write(account: string, secret: string): Promise<KeychainAnswer<null>>;
}
