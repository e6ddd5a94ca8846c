import { counts, dollars } from '../support/print.ts';
import type { Tour } from './tour.ts';

const REQUESTS = 20;
const CONCURRENCY = 5;

/** 12. Twenty questions, five at a time, in equal shares. */
export async function showBatch({ router, accounts }: Tour): Promise<void> {
  const requests = Array.from({ length: REQUESTS }, (_, index) => ({
    model: accounts.cheapModel,
    prompt: `Is ${index + 100} a prime?`,
    maxTokens: 60,
    objective: 'fairness' as const,
  }));
  const results = await router.routeMany(requests, { concurrency: CONCURRENCY });
  const answers = results.flatMap((result) => (result.ok ? [result.response.metadata] : []));
  const cost = answers.reduce((sum, { costActual }) => sum + costActual, 0);
  console.log(`   ${answers.length} of ${REQUESTS} requests were answered for ${dollars(cost)}.`);
  console.log(`   By key: ${counts(answers.map(({ keyName }) => keyName))}`);
}
