import { existsSync } from 'node:fs';
import type { KeyRegistration, ProviderRegistration } from 'apikeyrouter';
import { discoverKeys } from '../../shared/key-discovery.ts';
import { SECRETS, startWorld } from './providers/world.ts';

/** Whom an example asks: your own accounts, or simulated ones that need no key and cost nothing. */
export interface Accounts {
  readonly simulated: boolean;
  readonly providers: readonly ProviderRegistration[];
  readonly keys: readonly (Pick<KeyRegistration, 'provider' | 'secret'> & { readonly name: string })[];
  /** A model that the first key serves, and a cheap one. */
  readonly model: string;
  readonly cheapModel: string;
  /** A fresh secret of the first key's account, for a rotation; `null` with your own keys. */
  readonly spareSecret: string | null;
  close(): Promise<void>;
}

const MODELS = {
  openai: { model: 'gpt-5.4', cheapModel: 'gpt-5.4-mini' },
  anthropic: { model: 'claude-sonnet-5', cheapModel: 'claude-haiku-4-5' },
} as const;

/** Takes keys from the environment or from a `.env` in the current folder, else starts simulated providers. */
export async function openAccounts(): Promise<Accounts> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const own = ownAccounts(process.env);
  const accounts = own ?? (await simulatedAccounts());
  const names = accounts.keys.map(({ name }) => name).join(', ');
  console.log(
    own
      ? `Using your own keys: ${names}. Each request costs a fraction of a cent.\n`
      : `Using SIMULATED providers: ${names}. Nothing is billed; set OPENAI_API_KEY or ANTHROPIC_API_KEY for real ones.\n`,
  );
  return accounts;
}

function ownAccounts(env: NodeJS.ProcessEnv): Accounts | null {
  // OpenAI's first: `discoverKeys` sorts by the names of the variables.
  const found = discoverKeys(env)
    .filter(({ providerId }) => Object.hasOwn(MODELS, providerId))
    .toReversed();
  const first = found.find(({ providerId }) => providerId === 'openai') ?? found[0];
  if (!first) return null;
  return {
    simulated: false,
    providers: [
      { id: 'openai', ...baseUrl(env['OPENAI_BASE_URL']) },
      { id: 'anthropic', ...baseUrl(env['ANTHROPIC_BASE_URL']) },
    ],
    keys: found.map(({ providerId, variable, secret }) => ({ provider: providerId, name: variable, secret })),
    ...MODELS[first.providerId === 'openai' ? 'openai' : 'anthropic'],
    spareSecret: null,
    close: async () => undefined,
  };
}

/** The variables by which the official SDKs are pointed elsewhere. */
function baseUrl(url: string | undefined): { readonly baseUrl?: string } {
  return url === undefined || url === '' ? {} : { baseUrl: url };
}

async function simulatedAccounts(): Promise<Accounts> {
  const world = await startWorld();
  return {
    simulated: true,
    providers: [
      { id: 'openai', baseUrl: world.openai.url },
      { id: 'anthropic', baseUrl: world.anthropic.url },
    ],
    keys: [
      { provider: 'openai', name: 'openai-a', secret: SECRETS.openaiA },
      { provider: 'openai', name: 'openai-b', secret: SECRETS.openaiB },
      { provider: 'anthropic', name: 'claude', secret: SECRETS.anthropic },
    ],
    ...MODELS.openai,
    spareSecret: SECRETS.openaiC,
    close: () => world.stop(),
  };
}
