import type { Account } from './account.ts';
import { ANTHROPIC, OPENAI } from './dialect.ts';
import { SimulatedProvider } from './simulated-provider.ts';

/** The keys of the simulated accounts: shaped like real ones, and good nowhere else. */
export const SECRETS = {
  openaiA: 'sk-proj-simulated-account-a-Rk2vTq8LmN4x',
  openaiB: 'sk-proj-simulated-account-b-Yw7cHs1PdF9z',
  openaiC: 'sk-proj-simulated-account-c-Ub5nGj3XeK6a',
  mistyped: 'sk-proj-simulated-account-d-mistyped0000',
  anthropic: 'sk-ant-api03-simulated-account-Zt4mQv9BsW2e',
  local: 'simulated-local-key',
} as const;

/** How little account A may ask of one model: few enough to see it throttled, and back, within seconds. */
const LIMIT_OF_A = { model: 'gpt-5.4', requests: 3, waitMs: 3_000 };

const OPENAI_MODELS = [
  'gpt-6-sol',
  'gpt-6-luna',
  'gpt-5.4',
  'gpt-5.4-mini',
  'gpt-5.1-codex',
  'gpt-5',
  'gpt-4o',
  'text-embedding-3-small',
];
const CLAUDE_MODELS = ['claude-opus-5', 'claude-sonnet-5', 'claude-sonnet-4-6', 'claude-haiku-4-5'];

/** The simulated providers. */
export interface World {
  readonly openai: SimulatedProvider;
  readonly anthropic: SimulatedProvider;
  readonly local: SimulatedProvider;
  stop(): Promise<void>;
}

export async function startWorld(): Promise<World> {
  const openai: readonly Account[] = [
    { secret: SECRETS.openaiA, organization: 'org-simulated-a', limit: LIMIT_OF_A, latencyMs: 200 },
    { secret: SECRETS.openaiB, organization: 'org-simulated-b', latencyMs: 20 },
    { secret: SECRETS.openaiC, organization: 'org-simulated-c', latencyMs: 40 },
  ];
  const providers = await Promise.all([
    SimulatedProvider.start({ name: 'OpenAI', dialect: OPENAI, models: OPENAI_MODELS, accounts: openai }),
    SimulatedProvider.start({
      name: 'Anthropic',
      dialect: ANTHROPIC,
      models: CLAUDE_MODELS,
      accounts: [{ secret: SECRETS.anthropic, organization: 'org-simulated-claude', latencyMs: 40 }],
    }),
    SimulatedProvider.start({
      name: 'a local server',
      dialect: OPENAI,
      models: ['qwen3-coder'],
      accounts: [{ secret: SECRETS.local, organization: '', latencyMs: 5 }],
    }),
  ]);
  return {
    openai: providers[0],
    anthropic: providers[1],
    local: providers[2],
    async stop() {
      await Promise.all(providers.map((provider) => provider.stop()));
    },
  };
}
