/** A provider adapter of your own: for a service with other headers, paths and errors than the router knows. */
import { ApiKeyRouter, openaiCompatibleAdapter, ProviderError, type ProviderAdapter } from 'apikeyrouter';
import { startAcme } from './support/acme-provider.ts';

/** What Acme sells with each key. */
const LIMIT = 3;

/** "Acme" takes its key in `x-acme-key`, answers under `/talk`, says 420 for "too fast" and counts in `x-acme-left`. */
const acmeAdapter: ProviderAdapter = {
  ...openaiCompatibleAdapter,
  kind: 'acme',
  authHeaders: (secret) => ({ 'x-acme-key': secret }),
  path: () => '/talk',
  classify(status, headers, body, now) {
    const { fault, pause } = JSON.parse(body) as { readonly fault: string; readonly pause?: number };
    switch (fault) {
      case 'TOO_FAST':
        return { class: 'rate_limited', message: 'Too fast.', retryAfterMs: (pause ?? 1) * 1000 };
      case 'WHO_ARE_YOU':
        return { class: 'key_invalid', message: 'Acme does not know this key.' };
      default:
        return openaiCompatibleAdapter.classify(status, headers, body, now);
    }
  },
  readLimits(headers) {
    const remaining = Number(headers['x-acme-left']);
    return Number.isNaN(remaining) ? [] : [{ dimension: 'requests', limit: LIMIT, remaining, resetAt: null }];
  },
};

console.log('Acme is SIMULATED: it exists on this machine only.\n');
const acme = await startAcme({ 'acme-first-key': LIMIT, 'acme-second-key': LIMIT });

const router = new ApiKeyRouter();
await router.registerProvider({ id: 'acme', baseUrl: acme.url, adapter: acmeAdapter });
for (const secret of ['acme-first-key', 'acme-second-key', 'acme-mistyped-key']) {
  const prices = { '*': { input: 1, output: 2 } };
  await router.registerKey({ provider: 'acme', name: secret, secret, prices });
}

async function ask(): Promise<string> {
  try {
    const { content, metadata } = await router.route({ model: 'acme-1', prompt: 'Hello', maxTokens: 20 });
    const trace = await router.getRequestTrace(metadata.requestId);
    const failed = trace?.attempts.find(({ failure }) => failure);
    return `"${content}" from ${metadata.keyName}${failed ? `, after ${failed.failure?.message}` : ''}`;
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return `${error.message} (whose fault: ${error.fault.replaceAll('_', ' ')})`;
  }
}

for (let number = 1; number <= 7; number++) console.log(`${number}. ${await ask()}`);

console.log('\nThe keys now:');
for (const { name, state } of (await router.getStateSummary()).keys) console.log(`${name}: ${state}`);

await router.close();
acme.close();
