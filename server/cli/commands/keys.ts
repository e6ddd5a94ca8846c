import { type Command, InvalidArgumentError } from 'commander';
import { formatUsd } from '../../../shared/model/money.ts';
import type { KeyView, ProviderView } from '../../../shared/model/views.ts';
import { RouterError } from '../../core/router-error.ts';
import { foundKeys } from '../found-keys.ts';
import { freeName } from '../free-name.ts';
import { describeImport, importKeys } from '../import-keys.ts';
import { daemon } from '../launch-daemon.ts';
import { amount, EXIT, print, relativeTime, table } from '../output.ts';
import { type AddressAnswers, providerAddress } from '../provider-address.ts';
import { readSecret } from '../read-secret.ts';

interface Registry {
  readonly keys: readonly KeyView[];
  readonly providers: readonly ProviderView[];
}

interface AddOptions {
  readonly name?: string;
  readonly baseUrl?: string;
  readonly kind?: string;
  readonly proxy?: string;
  readonly set: AddressAnswers;
}

/** `apikeyrouter keys ...` */
export function addKeysCommands(program: Command): void {
  const keys = program.command('keys').description('Manage provider keys');

  keys
    .command('add')
    .description('Add a provider key; the key itself is asked for, or read from standard input')
    .argument('<provider>', 'one of "keys providers", or a name of your own with --base-url')
    .option('-n, --name <name>', 'name of the key (default: the provider with a number)')
    .option(
      '-u, --base-url <url>',
      'base URL of an OpenAI-compatible provider, e.g. http://localhost:11434/v1',
    )
    .option(
      '-s, --set <name=value>',
      'part of the address of a provider that needs one, e.g. region=us-east-1',
      readAnswer,
      {},
    )
    .option(
      '-k, --kind <kind>',
      'how a provider of your own is spoken to: azure, bedrock, vertex, google, anthropic',
    )
    .option('--proxy <url>', 'proxy that this key goes through, e.g. http://proxy.example:3128')
    .action(add);
  keys
    .command('providers')
    .description('List the providers that are known, and where their keys are made')
    .action(listProviders);
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
      print(
        view,
        `${view.name} is good${view.modelCount === null ? '' : `: ${amount(view.modelCount, 'model')}`}.`,
      );
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

function readAnswer(text: string, before: AddressAnswers): AddressAnswers {
  const [, name, value] = /^(\w+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError('It looks like region=us-east-1.');
  return { ...before, [name]: value };
}

async function listProviders(): Promise<void> {
  const answer = await (await daemon()).call<Pick<Registry, 'providers'>>('GET', 'providers');
  const rows = answer.providers.map((provider) => [
    provider.id,
    provider.name,
    provider.models ?? '',
    provider.keysUrl ?? (provider.settings?.key === 'none' ? 'needs no key' : ''),
  ]);
  print(answer, table([['ID', 'NAME', 'MODELS', 'KEYS'], ...rows]));
}

async function add(provider: string, options: AddOptions): Promise<void> {
  const client = await daemon();
  const { keys, providers } = await client.call<Registry>('GET', 'keys');
  const known = providers.find(({ id }) => id === provider);
  // Said before the secret is asked for.
  if (options.baseUrl === undefined && !known) {
    const ids = providers.map(({ id }) => id).join(', ');
    throw new RouterError(
      'not_found',
      `There is no provider "${provider}". Known: ${ids}; others need --base-url.`,
    );
  }
  const baseUrl = options.baseUrl ?? (known && (await providerAddress(known, options.set)));
  const name = options.name ?? freeName((number) => `${provider}-${number}`, keys);
  const secret =
    known?.settings?.key === 'none' ? '' : await readSecret(`Key for ${known?.name ?? provider}:`);
  const view = await client.call<KeyView>('POST', 'keys', {
    providerId: provider,
    name,
    secret,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(options.kind === undefined ? {} : { kind: options.kind }),
    ...(options.proxy === undefined ? {} : { metadata: { proxy: options.proxy } }),
  });
  const verified =
    view.modelCount === null
      ? `${provider} lists no models, so the first request will tell whether it is good`
      : `verified with ${provider}: ${amount(view.modelCount, 'model')}`;
  print(view, `Added ${view.name} (${view.id}), ${verified}.`);
}

async function list(): Promise<void> {
  const answer = await (await daemon()).call<Registry>('GET', 'keys');
  const { keys } = answer;
  if (keys.length === 0) {
    print(
      answer,
      'No keys yet. Add one with "apikeyrouter keys add openai", or "apikeyrouter keys import-env".',
    );
    return;
  }
  const now = Date.now();
  const rows = keys.map((key) => [
    key.name,
    key.providerId,
    `...${key.hint}`,
    key.until === null ? key.state : `${key.state}, back ${relativeTime(key.until, now)}`,
    key.modelCount === null ? '?' : String(key.modelCount),
    formatUsd(key.spentTodayNano),
    key.id,
  ]);
  const head = ['NAME', 'PROVIDER', 'KEY', 'STATE', 'MODELS', 'TODAY', 'ID'];
  print(answer, [table([head, ...rows]), ...invalidKeys(keys), ...sharedQuotas(keys)].join('\n'));
}

function invalidKeys(keys: readonly KeyView[]): readonly string[] {
  return keys
    .filter((key) => key.invalidReason !== null)
    .map((key) => `${key.name} is invalid: ${key.invalidReason} Add a new one, and remove this.`);
}

/** More keys of one account are no more quota, whatever one hopes. */
function sharedQuotas(keys: readonly KeyView[]): readonly string[] {
  const groups = Map.groupBy(keys, (key) => key.quotaGroup);
  return [...groups].flatMap(([account, members]) => {
    if (account === null || members.length < 2) return [];
    const names = members.map((key) => key.name).join(', ');
    return [`${members.length} keys, 1 quota: ${names} belong to one account (${account}).`];
  });
}

async function importEnv(): Promise<void> {
  const found = foundKeys();
  if (found.length === 0) {
    print(
      [],
      'No keys found. Looked for OPENAI_API_KEY, OPENAI_KEY_1, ANTHROPIC_API_KEY, GEMINI_API_KEY, ... here and in .env.',
    );
    return;
  }
  const results = await importKeys(await daemon(), found);
  print(results, describeImport(results));
  if (results.every((entry) => entry.result === 'refused')) process.exitCode = EXIT.failed;
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
