import { dollars } from '../support/print.ts';
import { ask, type Tour } from './tour.ts';

const MINUTE_MS = 60_000;

/** 8. What is asked beforehand: how it stands, what a request would cost, and whether it fits. */
export async function showBudgets(tour: Tour): Promise<void> {
  const { router, accounts } = tour;
  const budgetId = await router.configureBudget({
    name: 'docs',
    limit: 0.001,
    timeWindow: 'day',
    scope: { team: 'docs' },
  });
  const small = { model: accounts.cheapModel, prompt: 'A title, please.', maxTokens: 60, team: 'docs' };
  const large = { ...small, maxTokens: 2000 };

  for (const { name, spent, limit } of await router.getBudgetStatus()) {
    console.log(`   Budget ${name}: ${dollars(spent)} of ${dollars(limit)} spent.`);
  }
  for (const request of [small, large]) {
    const { estimated, low, high, worstCase } = await router.estimateRequestCost(request);
    const { allowed } = await router.checkBudget(request);
    console.log(
      `   With up to ${request.maxTokens} tokens of output: about ${dollars(estimated)} (${dollars(low)} to ${dollars(high)}), ` +
        `at most ${dollars(worstCase ?? 0)}. It ${allowed ? 'fits' : 'does not fit'}.`,
    );
  }
  await ask(tour, large);
  await router.raiseBudget(budgetId, 0.02, 10 * MINUTE_MS);
  const metadata = await ask(tour, large);
  if (metadata)
    console.log(`   Raised for ten minutes, it was answered for ${dollars(metadata.costActual)}.`);
}
