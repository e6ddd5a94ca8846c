import { anthropicMessages } from '../support/anthropic-answers.ts';
import { modelListing, openaiChat } from '../support/openai-answers.ts';
import {
  anthropicInvalidKey,
  anthropicLimitHeaders,
  openaiInvalidKey,
  openaiLimitHeaders,
  openaiOutOfCredit,
  openaiRateLimited,
} from '../support/provider-errors.ts';
import { startingWith, withHeaders } from '../support/script.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';

const OPENAI_MODELS = ['gpt-4o', 'gpt-4o-mini', 'gpt-4.1', 'gpt-5', 'o3', 'text-embedding-3-small'];
const CLAUDE_MODELS = ['claude-sonnet-4-5', 'claude-opus-4-1', 'claude-haiku-4-5'];

/** The secrets of the simulated accounts, by what happens to requests that carry them. */
export const SECRETS = {
  openaiGood: 'sk-proj-simulated-good-key-x7Qa',
  openaiSameAccount: 'sk-proj-simulated-twin-key-m2Lp',
  openaiThrottled: 'sk-proj-simulated-busy-key-k9Zt',
  openaiNoCredit: 'sk-proj-simulated-poor-key-w4Rd',
  openaiUnknown: 'sk-proj-simulated-gone-key-0000',
  anthropicGood: 'sk-ant-api03-simulated-good-key-b6Hn',
  anthropicRevoked: 'sk-ant-api03-simulated-old-key-j1Vs',
  local: 'simulated-local-key-c3Xe',
} as const;

/** Simulated providers whose keys end up in every state that the view can show. */
export interface SimulatedProviders {
  readonly openai: ScriptedUpstream;
  readonly anthropic: ScriptedUpstream;
  readonly local: ScriptedUpstream;
  stop(): Promise<void>;
}

/** Starts them; `verifyMs` is how long they take to list their models. */
export async function startSimulatedProviders(verifyMs: number): Promise<SimulatedProviders> {
  const [openai, anthropic, local] = await Promise.all([
    ScriptedUpstream.start(),
    ScriptedUpstream.start(),
    ScriptedUpstream.start(),
  ]);
  const usage = { inputTokens: 42_000, outputTokens: 3500 };
  const slowly = { do: 'wait', ms: verifyMs } as const;
  const limits = openaiLimitHeaders({
    requests: { limit: 500, remaining: 412, reset: '8s' },
    tokens: { limit: 200_000, remaining: 31_500, reset: '41s' },
  });
  const account = openaiLimitHeaders({ organization: 'org-acme', project: 'proj_web' });
  openai
    .on({ method: 'GET' }, startingWith(withHeaders(modelListing(OPENAI_MODELS), account), slowly))
    .on({ method: 'POST' }, withHeaders(openaiChat({ usage }), { ...account, ...limits }))
    .on({ method: 'POST', key: SECRETS.openaiThrottled }, openaiRateLimited({ retryAfterSeconds: 95 }))
    .on({ method: 'POST', key: SECRETS.openaiNoCredit }, openaiOutOfCredit())
    .on({ method: 'GET', key: SECRETS.openaiThrottled }, modelListing(OPENAI_MODELS))
    .on({ method: 'GET', key: SECRETS.openaiNoCredit }, modelListing(OPENAI_MODELS))
    .on({ key: SECRETS.openaiUnknown }, openaiInvalidKey());
  anthropic
    .on({ method: 'GET' }, modelListing(CLAUDE_MODELS))
    .on(
      { method: 'POST' },
      withHeaders(
        anthropicMessages({ usage }),
        anthropicLimitHeaders({
          requests: { limit: 50, remaining: 44, reset: new Date(Date.now() + 60_000).toISOString() },
          organization: '5f1c0b6e-simulated',
        }),
      ),
    )
    .on({ method: 'POST', key: SECRETS.anthropicRevoked }, anthropicInvalidKey());
  local.on({ method: 'GET' }, modelListing(['qwen3-coder', 'llama-4-scout']));
  return {
    openai,
    anthropic,
    local,
    async stop() {
      await Promise.all([openai.stop(), anthropic.stop(), local.stop()]);
    },
  };
}
