import type { SecretRefusal } from '../core/ports/provider.ts';

/** What providers put before the random part of a key. */
const PREFIX = /^sk-(?:proj-|svcacct-|ant-(?:api\d\d-)?|or-v1-)?/;
/** A name in brackets or of a variable, "your key", or nothing but dots and crosses. */
const UNFILLED = /[\s<>{}]|^\$|your[-_]?[\w-]{0,16}key/i;
/** Words that placeholders begin with. A key may begin so by chance, but is longer than they are. */
const WORD = /^(?:your|my|the|insert|replace|change|example|test|dummy|fake|placeholder|todo)/i;
const API_KEY = /api[-_ ]?key/i;
/** The shortest random part of any key that a hosted service makes has 24 characters. */
const SHORTEST_KEY = 24;

/** Recognises what people leave in `.env.example` files, for providers that make the keys themselves. */
export function refusePlaceholder(secret: string): SecretRefusal | null {
  const random = secret.replace(PREFIX, '');
  const spelled = random.length < SHORTEST_KEY && (WORD.test(random) || API_KEY.test(random));
  return secret.length < 8 || spelled ? PLACEHOLDER : refuseUnfilled(secret);
}

/** The same for servers whose key may be any word that somebody chose: only what can't be meant is refused. */
export function refuseUnfilled(secret: string): SecretRefusal | null {
  const random = secret.replace(PREFIX, '');
  const repeated = /^(?:\.{3,}|(.)\1{7,})$/.test(random);
  return UNFILLED.test(secret) || repeated ? PLACEHOLDER : null;
}

const PLACEHOLDER: SecretRefusal = {
  code: 'key_placeholder',
  message: "This looks like a placeholder, not a key. Copy the real key from the provider's console.",
};

/** An admin key manages the organisation: providers refuse it in requests, and no tool has any business with it. */
export function billingKey(providerId: string): SecretRefusal {
  return {
    code: 'billing_key',
    message: `This is an admin key: it manages the organisation and can't answer requests. To compare the ledger with what was billed, add it with "apikeyrouter keys add ${providerId} --billing"; for requests create an ordinary key.`,
  };
}
