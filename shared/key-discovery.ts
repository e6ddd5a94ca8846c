/** A provider key found in an environment or `.env` file. */
export interface DiscoveredKey {
  /** The variable it was found in. */
  readonly variable: string;
  readonly providerId: string;
  readonly secret: string;
}

/** What stands before `_API_KEY` or `_KEY`, as the providers' own documentation and their SDKs name it. */
const PROVIDERS: Readonly<Record<string, string>> = {
  OPENAI: 'openai',
  ANTHROPIC: 'anthropic',
  GEMINI: 'google',
  GOOGLE: 'google',
  OPENROUTER: 'openrouter',
  GROQ: 'groq',
  MISTRAL: 'mistral',
  DEEPSEEK: 'deepseek',
  XAI: 'xai',
  TOGETHER: 'together',
  FIREWORKS: 'fireworks',
  CEREBRAS: 'cerebras',
  PERPLEXITY: 'perplexity',
  MOONSHOT: 'moonshot',
  ZAI: 'zai',
  DASHSCOPE: 'qwen',
};
const VARIABLE = /^([A-Z]+)_(?:API_)?KEY(?:_\d+)?$/;

/**
 * Finds provider keys by their usual variable names: `OPENAI_API_KEY`, `OPENAI_KEY_1`, `GEMINI_API_KEY_2`...
 * The router's own virtual keys are left out, and a secret that occurs twice is reported once. Sorted by name.
 */
export function discoverKeys(env: Readonly<Record<string, string | undefined>>): readonly DiscoveredKey[] {
  const found: DiscoveredKey[] = [];
  const seen = new Set<string>();
  for (const variable of Object.keys(env).sort()) {
    const secret = env[variable]?.trim();
    if (!secret || secret.startsWith('akr-') || seen.has(secret)) continue;
    const word = VARIABLE.exec(variable)?.[1] ?? '';
    const providerId = Object.hasOwn(PROVIDERS, word) ? PROVIDERS[word] : undefined;
    if (providerId === undefined) continue;
    seen.add(secret);
    found.push({ variable, providerId, secret });
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
