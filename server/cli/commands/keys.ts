import { type Command, InvalidArgumentError } from 'commander';
import { durationText } from '../../../shared/model/duration-text.ts';
import { formatUsd } from '../../../shared/model/money.ts';
import type { KeyView, ProviderView } from '../../../shared/model/views.ts';
import { RouterError } from '../../core/router-error.ts';
import { amount as amountOf, duration, several } from '../argument-readers.ts';
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
  readonly billing?: true;
  readonly billingScope: readonly string[];
  readonly account?: string;
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
    .option('--account <account>', 'the account that it shares its limits with, or whose bill it reads')
    .option(
      '--billing',
      'a key that only reads what its provider billed, for "reconcile"; no request uses it',
    )
    .option(
      '--billing-scope <id>',
      'with --billing: project or workspace that nobody else uses; may be given several times',
      several,
      [],
    )
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
    .command('rotate')
    .description("Put another secret in a key's place; its id, history and limits stay")
    .argument('<key>', 'id or name')
    .action(rotate);
  keys
    .command('rename')
    .description('Give a key another name')
    .argument('<key>', 'id or name')
    .argument('<name>', 'the new one')
    .action(async (key: string, name: string) => {
      const view = await (await daemon()).call<KeyView>('PATCH', `keys/${await keyId(key)}`, { name });
      print(view, `${key} is called ${view.name} now.`);
    });
  keys
    .command('bench')
    .description('Keep a key from being used for some time; "keys release" ends it')
    .argument('<key>', 'id or name')
    .option('-f, --for <time>', 'e.g. 30m, 1h, 1d', duration, 3_600_000)
    .action(async (key: string, options: { readonly for: number }) => {
      const body = { state: 'throttled', until: Date.now() + options.for };
      const view = await (await daemon()).call<KeyView>('PATCH', `keys/${await keyId(key)}`, body);
      print(view, `${view.name} rests for ${durationText(options.for)}.`);
    });
  keys
    .command('release')
    .description("End every wait of a key, and its provider's verdict")
    .argument('<key>', 'id or name')
    .action(async (key: string) => {
      const body = { state: 'available' };
      const view = await (await daemon()).call<KeyView>('PATCH', `keys/${await keyId(key)}`, body);
      print(view, `${view.name} is ${view.state}.`);
    });
  keys
    .command('describe')
    .description('Declare what policies and routing go by')
    .argument('<key>', 'id or name')
    .option('--tier <tier>', 'free, standard, premium or any other word that policies use')
    .option('--region <region>', 'where it is served')
    .option('--team <team>', 'it serves requests of this team only')
    .option('--account <account>', 'the account that it shares its limits with')
    .option('-t, --tag <tag>', 'for policies; may be given several times', several, [])
    .option('--weight <weight>', 'its share under fairness, 1 if not declared', amountOf)
    .option('--quality <quality>', '0 to 1, for the objective "quality"', amountOf)
    .option('--allow-model <model>', 'name or pattern with *; may be given several times', several, [])
    .option('--deny-model <model>', 'name or pattern with *; may be given several times', several, [])
    .option(
      '--billing-scope <id>',
      'of a key that reads the bill: project or workspace that nobody else uses; may be given several times',
      several,
      [],
    )
    .option('--clear <field>', 'declare nothing any more: tier, region, tags, ...', several, [])
    .action(describeKey);
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
    ...(options.billing === undefined ? {} : { purpose: 'billing' }),
    metadata: {
      ...(options.proxy === undefined ? {} : { proxy: options.proxy }),
      ...(options.account === undefined ? {} : { account: options.account }),
      ...(options.billingScope.length > 0 ? { billingScopes: options.billingScope } : {}),
    },
  });
  if (view.purpose === 'billing') {
    print(view, `Added ${view.name} (${view.id}), which reads the bill of ${provider}. No request uses it.`);
    return;
  }
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
    key.purpose === 'billing'
      ? `reads the bill${key.state === 'available' ? '' : `, ${key.state}`}`
      : key.until === null
        ? key.state
        : `${key.state}, back ${relativeTime(key.until, now)}`,
    key.purpose === 'billing' ? '' : key.modelCount === null ? '?' : String(key.modelCount),
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
  const groups = Map.groupBy(
    keys.filter(({ purpose }) => purpose === undefined),
    (key) => key.quotaGroup,
  );
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

async function rotate(key: string): Promise<void> {
  const client = await daemon();
  const id = await keyId(key);
  const view = await client.call<KeyView>('POST', `keys/${id}/rotate`, {
    secret: await readSecret(`New key for ${key}:`),
  });
  print(view, `${view.name} has its new secret (...${view.hint}) and is ${view.state}.`);
}

interface DescribeOptions {
  readonly tier?: string;
  readonly region?: string;
  readonly team?: string;
  readonly account?: string;
  readonly tag: readonly string[];
  readonly weight?: number;
  readonly quality?: number;
  readonly allowModel: readonly string[];
  readonly denyModel: readonly string[];
  readonly billingScope: readonly string[];
  readonly clear: readonly string[];
}

/** What is not named stays as it is declared. */
async function describeKey(key: string, options: DescribeOptions): Promise<void> {
  const { tag, allowModel, denyModel, billingScope, clear, ...rest } = options;
  const client = await daemon();
  const view = await client.call<KeyView>('PATCH', `keys/${await keyId(key)}`, {
    metadata: {
      ...Object.fromEntries(clear.map((name) => [name, null])),
      ...rest,
      ...(tag.length > 0 ? { tags: tag } : {}),
      ...(allowModel.length > 0 ? { allowModels: allowModel } : {}),
      ...(denyModel.length > 0 ? { denyModels: denyModel } : {}),
      ...(billingScope.length > 0 ? { billingScopes: billingScope } : {}),
    },
  });
  const facts = Object.entries(view.metadata).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  print(
    view,
    facts.length === 0 ? `Nothing is declared of ${view.name}.` : `${view.name}: ${facts.join(', ')}.`,
  );
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
