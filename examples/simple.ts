/** Simple automatic routing: register your keys, ask, and let the router choose. */
import { ApiKeyRouter } from 'apikeyrouter';
import { openAccounts } from './support/accounts.ts';
import { counts, dollars } from './support/print.ts';

const accounts = await openAccounts();
const router = new ApiKeyRouter();
for (const provider of accounts.providers) await router.registerProvider(provider);
for (const key of accounts.keys) await router.registerKey(key);

const { content, metadata } = await router.route({
  model: accounts.cheapModel,
  prompt: 'Name three colours.',
  maxTokens: 100,
});
const { keyName, providerUsed, modelUsed, tokensUsed, costActual } = metadata;
console.log(`Answer: ${content}`);
console.log(`From:   ${keyName}, a key of ${providerUsed}, with ${modelUsed}`);
console.log(`Cost:   ${tokensUsed.input} + ${tokensUsed.output} tokens, ${dollars(costActual)}`);
console.log(`Why:    ${metadata.routingExplanation}`);

const names: string[] = [];
for (let index = 0; index < 5; index++) {
  const answer = await router.route({ model: accounts.cheapModel, prompt: 'One more.', maxTokens: 100 });
  names.push(answer.metadata.keyName);
}
console.log(`\nWith five more requests, the keys took turns: ${counts([keyName, ...names])}.`);

await router.close();
await accounts.close();
