/** Concurrent batch: many requests, a few at a time; one that fails does not stop the others. */
import { ApiKeyRouter, type RouteRequest } from 'apikeyrouter';
import { openAccounts } from './support/accounts.ts';
import { counts, dollars } from './support/print.ts';

const accounts = await openAccounts();
const router = new ApiKeyRouter({ objective: 'fairness' });
for (const provider of accounts.providers) await router.registerProvider(provider);
for (const key of accounts.keys) await router.registerKey(key);

const requests: RouteRequest[] = Array.from({ length: 24 }, (_, index) => ({
  model: accounts.cheapModel,
  prompt: `Translate "good morning" into language number ${index}.`,
  maxTokens: 60,
}));
requests.push({ model: accounts.cheapModel, prompt: 'Hello?', provider: 'nobody' });

const results = await router.routeMany(requests, { concurrency: 6 });
const answers = results.flatMap((result) => (result.ok ? [result.response.metadata] : []));
const errors = results.flatMap((result) => (result.ok ? [] : [result.error.message]));
console.log(`${requests.length} requests, 6 at a time: ${answers.length} answers, ${errors.length} error.`);
console.log(`Answers by key: ${counts(answers.map(({ keyName }) => keyName))}`);
console.log(`Cost: ${dollars(answers.reduce((sum, { costActual }) => sum + costActual, 0))}`);
for (const error of errors) console.log(`Error: ${error}`);

await router.close();
await accounts.close();
