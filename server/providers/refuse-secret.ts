/** Why a secret can't be kept. */
export interface SecretRefusal {
  readonly code: 'key_placeholder' | 'subscription_login';
  readonly message: string;
}

const PLACEHOLDER =
  /^(?:sk-)?(?:your|my|the|insert|replace|change|example|test|dummy|fake|placeholder|todo|xxx|\.\.\.|<|\$|\*)/i;

/** Recognises what people leave in `.env.example` files. */
export function refusePlaceholder(secret: string): SecretRefusal | null {
  const looksReal =
    secret.length >= 8 && !PLACEHOLDER.test(secret) && !/^(.)\1+$/.test(secret.replace(/^sk-/, ''));
  const spelled = /(?:your|api)[-_ ]?(?:api)?[-_ ]?key/i.test(secret) || /[\s<>{}]/.test(secret);
  if (looksReal && !spelled) return null;
  return {
    code: 'key_placeholder',
    message: "This looks like a placeholder, not a key. Copy the real key from the provider's console.",
  };
}
