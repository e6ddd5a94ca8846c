import { type Command, InvalidArgumentError, Option } from 'commander';
import { formatUsd } from '../../../shared/model/money.ts';
import type { VirtualKeyView } from '../../../shared/model/views.ts';
import { RouterError } from '../../core/router-error.ts';
import { dollars, several } from '../argument-readers.ts';
import { daemon } from '../launch-daemon.ts';
import type { ManagementClient } from '../management-client.ts';
import { print, relativeTime, table } from '../output.ts';

type Window = 'day' | 'month' | 'total';
type Slots = Readonly<Record<string, string>>;

interface ModelOptions {
  readonly allowModel?: readonly string[];
  readonly modelSlot?: Slots;
}

interface CreateOptions extends ModelOptions {
  readonly tool?: string;
  readonly team?: string;
  readonly project?: string;
  readonly limit?: number;
  readonly window?: Window;
}

interface EditOptions extends ModelOptions {
  readonly name?: string;
  readonly tag?: readonly string[];
  readonly limit?: number | false;
  readonly window?: Window;
  readonly anyModel?: true;
  /** `false`: `--no-model-slots`. */
  readonly modelSlots?: boolean;
}

/** `apikeyrouter virtual-keys ...` */
export function addVirtualKeysCommands(program: Command): void {
  const keys = program
    .command('virtual-keys')
    .alias('vk')
    .description('Manage the tokens that tools present');
  keys
    .command('create')
    .description('Create a token for a tool; it is shown once')
    .argument('<name>', 'what it is for, e.g. "claude-code"')
    .option('--tool <tool>', 'the tool that uses it')
    .option('--team <team>', 'the team that its spend counts for')
    .option('--project <project>', 'the project that its spend counts for')
    .option('--limit <usd>', 'spending limit in USD', dollars)
    .addOption(windowOption('window of the limit (default: "day")'))
    .addOption(allowModelOption())
    .addOption(modelSlotOption())
    .action(create);
  keys
    .command('edit')
    .description('Change what a token may do; what is not named stays')
    .argument('<key>', 'id or name')
    .option('-n, --name <name>', 'another name')
    .option('--tag <tag>', 'a tag of its requests, instead of those it has; may be given again', several)
    .option('--limit <usd>', 'spending limit in USD', dollars)
    .option('--no-limit', 'no spending limit')
    .addOption(windowOption('window of the limit'))
    .addOption(allowModelOption().conflicts('anyModel'))
    .option('--any-model', 'allow every model')
    .addOption(modelSlotOption())
    .option('--no-model-slots', 'use what the tool asks for')
    .action(edit);
  keys
    .command('list')
    .alias('ls')
    .description('List tokens by name; never the tokens themselves')
    .action(list);
  keys
    .command('revoke')
    .description('Refuse a token from now on')
    .argument('<key>', 'id or name')
    .action(async (key: string) => {
      const client = await daemon();
      const result = await client.call<object>('DELETE', `virtual-keys/${await keyId(client, key)}`);
      print(result, `Revoked ${key}.`);
    });
}

function windowOption(description: string): Option {
  return new Option('--window <window>', description).choices(['day', 'month', 'total']);
}

function allowModelOption(): Option {
  return new Option(
    '--allow-model <pattern>',
    'only such models and names of models, e.g. "gpt-5*"; may be given again',
  ).argParser(several);
}

function modelSlotOption(): Option {
  return new Option(
    '--model-slot <pattern=target>',
    'use another model than the tool asks for, e.g. "*haiku*=gpt-5-mini"; may be given again',
  ).argParser(slot);
}

async function edit(key: string, options: EditOptions): Promise<void> {
  const { name, tag, limit, window, anyModel, modelSlots } = options;
  const client = await daemon();
  const change = {
    ...(name === undefined ? {} : { name }),
    ...(tag === undefined ? {} : { tags: tag }),
    ...(limit === undefined ? {} : { limitUsd: limit === false ? null : limit }),
    ...(window === undefined ? {} : { limitWindow: window }),
    ...(anyModel ? { allowModels: null } : {}),
    ...(modelSlots === false ? { models: {} } : {}),
    ...modelsOf(options),
  };
  if (Object.keys(change).length === 0) {
    throw new RouterError('invalid_request', 'Nothing to change: see "virtual-keys edit --help".');
  }
  const view = await client.call<VirtualKeyView>('PATCH', `virtual-keys/${await keyId(client, key)}`, change);
  const slots = Object.entries(view.models).map(([from, to]) => `  ${from} is ${to}`);
  const models = view.allowModels ? `models: ${view.allowModels.join(', ')}` : 'every model';
  print(view, [`${view.name}: ${limitOf(view)}, ${models}`, ...slots].join('\n'));
}

function modelsOf({ allowModel, modelSlot }: ModelOptions): object {
  return {
    ...(allowModel === undefined ? {} : { allowModels: allowModel }),
    ...(modelSlot === undefined ? {} : { models: modelSlot }),
  };
}

async function create(name: string, options: CreateOptions, command: Command): Promise<void> {
  const { tool, team, project, limit, window } = options;
  if (window !== undefined && limit === undefined) command.error('error: --window needs a --limit.');
  const client = await daemon();
  const answer = await client.call<{ virtualKey: VirtualKeyView; token: string }>('POST', 'virtual-keys', {
    name,
    ...(tool === undefined ? {} : { tool }),
    ...(team === undefined ? {} : { team }),
    ...(project === undefined ? {} : { project }),
    ...(limit === undefined ? {} : { limitUsd: limit, limitWindow: window ?? 'day' }),
    ...modelsOf(options),
  });
  const url = `http://127.0.0.1:${client.endpoint.port}`;
  const lines = [
    `Token (shown only now): ${answer.token}`,
    '',
    `OpenAI tools:     OPENAI_BASE_URL=${url}/v1  OPENAI_API_KEY=${answer.token}`,
    `Anthropic tools:  ANTHROPIC_BASE_URL=${url}  ANTHROPIC_API_KEY=${answer.token}`,
  ];
  print(answer, lines.join('\n'));
}

async function list(): Promise<void> {
  const answer = await (await daemon()).call<{ virtualKeys: readonly VirtualKeyView[] }>(
    'GET',
    'virtual-keys',
  );
  if (answer.virtualKeys.length === 0) {
    print(answer, 'No virtual keys yet. Create one with "apikeyrouter virtual-keys create NAME".');
    return;
  }
  const now = Date.now();
  const rows = answer.virtualKeys.map((key) => [
    key.name,
    `akr-...${key.hint}`,
    key.tool ?? '',
    key.team ?? '',
    key.project ?? '',
    limitOf(key),
    modelsText(key),
    formatUsd(key.spentNano),
    key.revokedAt === null ? relativeTime(key.createdAt, now) : 'revoked',
    key.id,
  ]);
  const head = ['NAME', 'TOKEN', 'TOOL', 'TEAM', 'PROJECT', 'LIMIT', 'MODELS', 'SPENT', 'CREATED', 'ID'];
  print(answer, table([head, ...rows]));
}

function modelsText({ allowModels, models }: VirtualKeyView): string {
  const slots = Object.entries(models).map(([from, to]) => `${from}=${to}`);
  return [...slots, ...(allowModels ?? [])].join(' ');
}

function limitOf({ limitNano, limitWindow }: VirtualKeyView): string {
  if (limitNano === null) return 'no limit';
  return `${formatUsd(limitNano)} ${limitWindow === 'total' ? 'in total' : `a ${limitWindow}`}`;
}

/** Names may occur twice: those that are revoked already don't count. */
async function keyId(client: ManagementClient, idOrName: string): Promise<string> {
  const { virtualKeys } = await client.call<{ virtualKeys: readonly VirtualKeyView[] }>(
    'GET',
    'virtual-keys',
  );
  const exact = virtualKeys.find((key) => key.id === idOrName);
  if (exact) return exact.id;
  const named = virtualKeys.filter((key) => key.name === idOrName && key.revokedAt === null);
  const [one] = named;
  if (one && named.length === 1) return one.id;
  const message = one
    ? `There are ${named.length} virtual keys named "${idOrName}". Give the id: ${named.map((key) => key.id).join(', ')}.`
    : `There is no virtual key "${idOrName}". List them with "apikeyrouter virtual-keys list".`;
  throw new RouterError(one ? 'conflict' : 'not_found', message);
}

function slot(text: string, before: Slots = {}): Slots {
  const [, pattern, target] = /^([^=]+)=([^=]+)$/.exec(text) ?? [];
  if (pattern === undefined || target === undefined)
    throw new InvalidArgumentError('It looks like "claude-opus-*=gpt-5".');
  return { ...before, [pattern]: target };
}
