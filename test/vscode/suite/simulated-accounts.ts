import { modelListing, openaiChat } from '../../support/openai-answers.ts';
import { openaiInvalidKey, openaiRateLimited } from '../../support/provider-errors.ts';
import { ScriptedUpstream } from '../../support/scripted-upstream.ts';

/** The secrets that the suite uses. None may ever be seen in a log. */
export const SECRETS = {
  good: 'sk-proj-suite-good-0123456789-GOOD',
  busy: 'sk-proj-suite-busy-0123456789-BUSY',
  unknown: 'sk-proj-suite-unknown-0123456789-NOPE',
} as const;

/** A simulated OpenAI: one account that works, one that is always throttled for half a minute, no other. */
export async function startSimulatedOpenai(): Promise<ScriptedUpstream> {
  const upstream = await ScriptedUpstream.start();
  return upstream
    .on({ method: 'GET' }, openaiInvalidKey())
    .on({ method: 'GET', key: SECRETS.good }, modelListing(['gpt-4o', 'gpt-4o-mini']))
    .on({ method: 'GET', key: SECRETS.busy }, modelListing(['gpt-4o']))
    .on({ method: 'POST', key: SECRETS.good }, openaiChat())
    .on({ method: 'POST', key: SECRETS.busy }, openaiRateLimited({ retryAfterSeconds: 30 }));
}
