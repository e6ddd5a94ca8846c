/** Cost-optimised with a budget: the cheapest way to an answer, and never a cent more than was set. */
import { ApiKeyRouter, BudgetExceeded } from 'apikeyrouter';
import { openAccounts } from './support/accounts.ts';
import { dollars } from './support/print.ts';

const LIMIT = 0.002;

const accounts = await openAccounts();
const router = new ApiKeyRouter({ objective: 'cost' });
for (const provider of accounts.providers) await router.registerProvider(provider);
for (const key of accounts.keys) await router.registerKey(key);

await router.configurePolicy({
  name: 'short questions',
  type: 'cost',
  scope: { global: true },
  rules: [{ action: 'use_cheaper_model', model: accounts.cheapModel, maxInputTokens: 500 }],
});
await router.configureBudget({
  name: 'today',
  limit: LIMIT,
  timeWindow: 'day',
  enforcement: 'prevent',
  alertThresholds: [0.5],
});
router.on('budgetAlert', ({ threshold }) =>
  console.log(`   Alert: ${threshold * 100} % of the budget is spent.`),
);

console.log(`Asking for ${accounts.model} with a budget of ${dollars(LIMIT)} until it is used up:`);
for (let number = 1; ; number++) {
  try {
    const { metadata } = await router.route({
      model: accounts.model,
      prompt: `What is ${number} times ${number}?`,
      maxTokens: 60,
    });
    console.log(`${number}. ${metadata.modelUsed} by ${metadata.keyName}: ${dollars(metadata.costActual)}`);
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    console.log(`${number}. Refused before anything was sent: ${error.message}`);
    break;
  }
}

for (const { name, spent, limit, remaining } of await router.getBudgetStatus()) {
  console.log(
    `\nBudget "${name}": spent ${dollars(spent)} of ${dollars(limit)}, ${dollars(remaining)} left.`,
  );
}

await router.close();
await accounts.close();
