/** Signatures by the Standard Webhooks specification 1.0 (https://github.com/standard-webhooks/standard-webhooks). */
export interface WebhookSigner {
  /** A new random secret, `whsec_` and base64. */
  newSecret(): string;
  /** Whether a text is a secret of that form, of 24 to 64 bytes. */
  isSecret(text: string): boolean;
  /** The value of `webhook-signature`; `timestamp` in seconds since the epoch. */
  sign(
    secret: string,
    message: { readonly id: string; readonly timestamp: number; readonly body: string },
  ): string;
}
