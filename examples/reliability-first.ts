/** Reliability first: premium keys answer, and when they are throttled the others do. The caller never notices. */
import { ApiKeyRouter } from 'apikeyrouter';
import { openAccounts } from './support/accounts.ts';

const accounts = await openAccounts();
const router = new ApiKeyRouter({ objective: 'reliability' });
for (const provider of accounts.providers) await router.registerProvider(provider);
for (const [index, key] of accounts.keys.entries()) {
  const tier = index === 0 ? 'premium' : 'standard';
  await router.registerKey({ ...key, tier });
  console.log(`${key.name} is a ${tier} key.`);
}

await router.configurePolicy({
  name: 'production',
  type: 'routing',
  scope: { team: 'production' },
  rules: [{ action: 'prefer_high_reliability', preferPremiumTier: true, allowFallback: true }],
});
router.on('stateChange', ({ keys, from, to, trigger }) => {
  console.log(`   ${keys.join(' and ')} went from ${from} to ${to}: ${trigger}.`);
});

for (let number = 1; number <= 6; number++) {
  const { metadata } = await router.route({
    model: accounts.model,
    prompt: 'Is the service healthy?',
    maxTokens: 60,
    team: 'production',
  });
  const tried = metadata.attempts === 1 ? 'at once' : `after ${metadata.attempts} attempts`;
  console.log(`${number}. answered by ${metadata.keyName}, ${tried}`);
}

console.log('\nThe keys now:');
for (const { name, state, requestsServed } of (await router.getStateSummary()).keys) {
  console.log(`${name}: ${state}, asked ${requestsServed} times`);
}

await router.close();
await accounts.close();
