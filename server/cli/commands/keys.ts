import type { Command } from 'commander';
import { formatUsd } from '../../../shared/model/money.ts';
import type { KeyView, ProviderView } from '../../../shared/model/views.ts';
import { RouterError } from '../../core/router-error.ts';
import { foundKeys } from '../found-keys.ts';
import { describeImport, importKeys } from '../import-keys.ts';
import { daemon } from '../launch-daemon.ts';
import { print, relativeTime, table } from '../output.ts';
import { readSecret } from '../read-secret.ts';

interface AddOptions {
  readonly name?: string;
  readonly baseUrl?: string;
}

/** `apikeyrouter keys ...` */
export function addKeysCommands(program: Command): void {
  const keys = program.command('keys').description('Manage provider keys');

  keys
    .command('add')
    .description('Add a provider key; the key itself is asked for, or read from standard input')
    .argument('<provider>', 'openai, anthropic, or a name of your own with --base-url')
    .option('-n, --name <name>', 'name of the key (default: the provider with a number)')
    .option(
      '-u, --base-url <url>',
      'base URL of an OpenAI-compatible provider, e.g. http://localhost:11434/v1',
    )
    .action(add);
  keys.command('list').alias('ls').description('List keys and their states').action(list);
  keys
    .command('import-env')
    .description('Import keys from the environment and the .env file of the current folder')
    .action(importEnv);
  for (const [name, enabled] of [
    ['enable', true],
    ['disable', false],
  ] as const) {
    keys
      .command(name)
      .description(enabled ? 'Let requests use a key again' : 'Keep a key, but let no request use it')
      .argument('<key>', 'id or name')
      .action(async (key: string) => {
        const view = await (await daemon()).call<KeyView>('PATCH', `keys/${await keyId(key)}`, { enabled });
        print(view, `${view.name} is ${view.state}.`);
      });
  }
  keys
    .command('check')
    .description('Ask the provider whether a key is good (free)')
    .argument('<key>', 'id or name')
    .action(async (key: string) => {
      const view = await (await daemon()).call<KeyView>('POST', `keys/${await keyId(key)}/check`);
      print(view, `${view.name} is good${view.modelCount === null ? '' : `: ${view.modelCount} models`}.`);
    });
  keys
    .command('remove')
    .alias('rm')
    .description('Remove a key and its secret; its history stays')
    .argument('<key>', 'id or name')
    .action(async (key: string) => {
      const result = await (await daemon()).call<object>('DELETE', `keys/${await keyId(key)}`);
      print(result, `Removed ${key}.`);
    });
}

async function add(provider: string, options: AddOptions): Promise<void> {
  const client = await daemon();
  const { keys } = await client.call<{ keys: readonly KeyView[] }>('GET', 'keys');
  const name = options.name ?? freeName(provider, keys);
  const secret = await readSecret(`Key for ${provider}:`);
  const view = await client.call<KeyView>('POST', 'keys', {
    providerId: provider,
    name,
    secret,
    ...(options.baseUrl === undefined ? {} : { baseUrl: options.baseUrl }),
  });
  const models = view.modelCount === null ? 'its models are not listed' : `${view.modelCount} models`;
  print(view, `Added ${view.name} (${view.id}), verified with ${provider}: ${models}.`);
}

async function list(): Promise<void> {
  const client = await daemon();
  const answer = await client.call<{
    keys: readonly KeyView[];
    providers: readonly ProviderView[];
  }>('GET', 'keys');
  if (answer.keys.length === 0) {
    print(
      answer,
      'No keys yet. Add one with "apikeyrouter keys add openai", or "apikeyrouter keys import-env".',
    );
    return;
  }
  const now = Date.now();
  const rows = answer.keys.map((key) => [
    key.name,
    key.providerId,
    `...${key.hint}`,
    key.until === null ? key.state : `${key.state}, back ${relativeTime(key.until, now)}`,
    key.modelCount === null ? '?' : String(key.modelCount),
    formatUsd(key.spentTodayNano),
    key.id,
  ]);
  print(answer, table([['NAME', 'PROVIDER', 'KEY', 'STATE', 'MODELS', 'TODAY', 'ID'], ...rows]));
}

async function importEnv(): Promise<void> {
  const found = foundKeys();
  if (found.length === 0) {
    print(
      [],
      'No keys found. Looked for OPENAI_API_KEY, OPENAI_KEY_1, ANTHROPIC_API_KEY, ... here and in .env.',
    );
    return;
  }
  const results = await importKeys(await daemon(), found);
  print(results, describeImport(results));
  if (results.every((entry) => entry.result === 'refused')) process.exitCode = 1;
}

async function keyId(idOrName: string): Promise<string> {
  const { keys } = await (await daemon()).call<{ keys: readonly KeyView[] }>('GET', 'keys');
  const found = keys.find((key) => key.id === idOrName || key.name === idOrName);
  if (found) return found.id;
  throw new RouterError(
    'not_found',
    `There is no key "${idOrName}". List them with "apikeyrouter keys list".`,
  );
}

function freeName(provider: string, keys: readonly KeyView[]): string {
  const taken = new Set(keys.map((key) => key.name));
  let number = 1;
  while (taken.has(`${provider}-${number}`)) number++;
  return `${provider}-${number}`;
}
