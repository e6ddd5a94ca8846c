/** Multi-provider fallback: a local model first, the cloud when it is off, the next provider when that is throttled. */
import { ApiKeyRouter, type RoutingError } from 'apikeyrouter';
import { openAccounts } from './support/accounts.ts';

const accounts = await openAccounts();
const router = new ApiKeyRouter();
for (const provider of accounts.providers) await router.registerProvider(provider);
// Nobody listens there: the local server is switched off.
await router.registerProvider({ id: 'local', baseUrl: 'http://127.0.0.1:9/v1' });
await router.registerKey({ provider: 'local', secret: 'any-key-will-do', models: ['qwen3-coder'] });
// Verified with the free listing of models, so that no provider is asked for a model of another.
for (const key of accounts.keys) await router.registerKey({ ...key, verify: true });

await router.configurePolicy({
  name: 'fallbacks',
  type: 'failure_handling',
  scope: { model: 'qwen3-coder' },
  rules: [{ action: 'fallback_models', models: ['gpt-5.4-mini', 'claude-haiku-4-5'] }],
});

async function ask(): Promise<void> {
  const request = { model: 'qwen3-coder', prompt: 'Write a haiku.', maxTokens: 60 };
  const requestId = await router.route(request).then(
    ({ metadata }) => metadata.requestId,
    (error: RoutingError) => error.requestId,
  );
  const trace = await router.getRequestTrace(requestId);
  for (const { providerId, model, outcome, failure } of trace?.attempts ?? []) {
    const why = failure ? `: ${failure.class}, whose fault: ${failure.fault.replaceAll('_', ' ')}` : '';
    console.log(`  ${model} at ${providerId} ${outcome}${why}`);
  }
  console.log(`  ${await router.explain(requestId)}`);
}

console.log('The local server is off:');
await ask();

console.log('\nOpenAI is throttled too:');
for (const { id, provider } of (await router.getStateSummary()).keys) {
  if (provider === 'openai') await router.updateKeyState(id, 'throttled');
}
await ask();

await router.close();
await accounts.close();
