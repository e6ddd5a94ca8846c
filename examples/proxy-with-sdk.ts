/** Proxy mode: the official SDKs, pointed at the daemon. They hold a virtual key, and never see a provider's. */
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { openAccounts } from './support/accounts.ts';
import { Daemon } from './support/daemon.ts';
import { Stage } from './support/stage.ts';

const accounts = await openAccounts();
// What `apikeyrouter serve` starts, here with a data folder that is thrown away afterwards.
const stage = new Stage();
const daemon = await Daemon.start(stage.makeHome(), null, (child) => stage.owns(child));
console.log('The daemon serves.');

// What `apikeyrouter keys add` does.
for (const { baseUrl, id } of accounts.providers) {
  if (baseUrl !== undefined) await daemon.api('POST', 'providers', { id, kind: id, name: id, baseUrl });
}
for (const { name, provider, secret } of accounts.keys) {
  await daemon.api('POST', 'keys', { name, providerId: provider, secret });
  console.log(`Added the key ${name}.`);
}
// What `apikeyrouter virtual-keys create sdk --limit 1` does.
const { token } = await daemon.api<{ token: string }>('POST', 'virtual-keys', { name: 'sdk', limitUsd: 1 });
console.log(`Created a virtual key: ${token.slice(0, 4)}..., at most $1 a day.\n`);

// All that a program changes: its base URL and its key.
const openai = new OpenAI({ baseURL: `${daemon.url}/v1`, apiKey: token });
const anthropic = new Anthropic({ baseURL: daemon.url, apiKey: token, authToken: null });
const messages = [{ role: 'user' as const, content: 'Say hello.' }];

if (accounts.keys.some(({ provider }) => provider === 'openai')) {
  const { data, response } = await openai.chat.completions
    .create({ model: 'gpt-5.4-mini', max_completion_tokens: 60, messages })
    .withResponse();
  console.log(`OpenAI's SDK got: ${data.choices[0]?.message.content}`);
  printRoute(response);
}
if (accounts.keys.some(({ provider }) => provider === 'anthropic')) {
  const { data, response } = await anthropic.messages
    .create({ model: 'claude-haiku-4-5', max_tokens: 60, messages })
    .withResponse();
  console.log(
    `Anthropic's SDK got: ${data.content.map((part) => (part.type === 'text' ? part.text : '')).join('')}`,
  );
  printRoute(response);
}

await stage.clear();
await accounts.close();
console.log('The daemon has stopped.');

function printRoute({ headers }: Response): void {
  const [provider, cost] = [headers.get('x-provider-used'), headers.get('x-cost-estimated')];
  console.log(
    `   It went to ${provider} for about $${cost}; see apikeyrouter explain ${headers.get('x-request-id')}\n`,
  );
}
