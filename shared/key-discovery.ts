/** A provider key found in an environment or `.env` file. */
export interface DiscoveredKey {
  /** The variable it was found in. */
  readonly variable: string;
  readonly providerId: 'openai' | 'anthropic';
  readonly secret: string;
}

const VARIABLES: readonly { readonly pattern: RegExp; readonly providerId: DiscoveredKey['providerId'] }[] = [
  { pattern: /^OPENAI_(API_)?KEY(_\d+)?$/, providerId: 'openai' },
  { pattern: /^ANTHROPIC_(API_)?KEY(_\d+)?$/, providerId: 'anthropic' },
];

/**
 * Finds provider keys by their usual variable names: `OPENAI_API_KEY`, `OPENAI_KEY_1`, `ANTHROPIC_API_KEY_2`...
 * The router's own virtual keys are left out, and a secret that occurs twice is reported once. Sorted by name.
 */
export function discoverKeys(env: Readonly<Record<string, string | undefined>>): readonly DiscoveredKey[] {
  const found: DiscoveredKey[] = [];
  const seen = new Set<string>();
  for (const variable of Object.keys(env).sort()) {
    const secret = env[variable]?.trim();
    if (!secret || secret.startsWith('akr-') || seen.has(secret)) continue;
    const match = VARIABLES.find((entry) => entry.pattern.test(variable));
    if (!match) continue;
    seen.add(secret);
    found.push({ variable, providerId: match.providerId, secret });
  }
  return found;
}

/** Names of variables that hold a key of some service, of providers that nothing is imported from too. */
const KEY_NAME = /_KEY(_\d+)?$|_AUTH_TOKEN$/i;
/** The router's own: among them the one that its secrets are sealed with. */
const OWN_NAME = /^APIKEYROUTER_/;

/**
 * An environment for a process that needs no key of any service: what it doesn't have, nobody reads there. A provider's
 * key is left out under other names too.
 */
export function withoutKeys(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const secrets = new Set(discoverKeys(env).map((key) => key.secret));
  const isKey = ([name, value]: readonly [string, string | undefined]): boolean =>
    KEY_NAME.test(name) || secrets.has(value?.trim() ?? '');
  return Object.fromEntries(Object.entries(env).filter((entry) => OWN_NAME.test(entry[0]) || !isKey(entry)));
}
