import { dollars } from '../support/print.ts';
import { ask, type Tour } from './tour.ts';

/** 10. What is kept: the state of everything, the history of each request, and what a key did. */
export async function lookBack(tour: Tour): Promise<void> {
  const { router } = tour;
  const metadata = await ask(tour, { tags: ['search'], objective: 'cost' });
  const { keysByState, quotas, budgets, policies, spentToday } = await router.getStateSummary();
  console.log(
    `   State: available keys ${keysByState.available}, quotas ${quotas.length}, budgets ${budgets.length}, ` +
      `policies ${policies.length}, ${dollars(spentToday)} spent today.`,
  );
  if (!metadata) return;

  const trace = await router.getRequestTrace(metadata.requestId);
  const attempts = trace?.attempts.map(({ status, outcome }) => `${status} ${outcome}`).join(', ');
  console.log(
    `   Trace of the last request: ${trace?.outcome}, tags ${trace?.caller.tags.join()}, attempts: ${attempts}.`,
  );
  console.log(`   Why: ${await router.explain(metadata.requestId)}`);

  const key = await router.getKey(metadata.keyUsed);
  console.log(
    `   Key ${key.name}: ${key.state}, secret ends in ${key.hint}, tier ${key.metadata.tier}, ` +
      `asked ${key.requestsServed} times, ${dollars(key.spentToday)} spent today.`,
  );
}
