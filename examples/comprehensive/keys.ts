import type { KeyMetadata } from 'apikeyrouter';
import type { Tour } from './tour.ts';

/** What is declared of the first key, the second and all others. */
const METADATA: readonly KeyMetadata[] = [
  { tier: 'premium', region: 'us-east-1', tags: ['main'], quality: 0.9 },
  // A contract with a price below the list.
  { tier: 'standard', region: 'us-west-2', prices: { 'gpt-5.4-mini': { input: 0.5, output: 3 } } },
  { tier: 'premium', region: 'eu-west-1' },
];

/** 1. `openai` and `anthropic` are known; any other service needs its base URL. */
export async function setUp({ router, accounts }: Tour): Promise<void> {
  for (const provider of accounts.providers) {
    console.log(`   Registered the provider ${await router.registerProvider(provider)}.`);
  }
  // Nothing is asked of it: it serves to show that any OpenAI-compatible server will do.
  await router.registerProvider({ id: 'local', baseUrl: 'http://127.0.0.1:11434/v1' });
  console.log('   Registered the provider local, an OpenAI-compatible server.');
}

/** 2. What a key costs, where it is and for whom, is for policies and objectives to use. */
export async function addKeys({ router, accounts }: Tour): Promise<void> {
  for (const [index, key] of accounts.keys.entries()) {
    const metadata = METADATA[Math.min(index, METADATA.length - 1)];
    const { name, state } = await router.registerKey({ ...key, ...metadata });
    const prices = metadata?.prices ? ', with prices of its own' : '';
    console.log(
      `   ${name} (${key.provider}): ${metadata?.tier}, ${metadata?.region}${prices}. It is ${state}.`,
    );
  }
}
