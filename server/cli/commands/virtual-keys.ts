import { type Command, InvalidArgumentError } from 'commander';
import { formatUsd } from '../../../shared/model/money.ts';
import type { VirtualKeyView } from '../../../shared/model/views.ts';
import { daemon } from '../launch-daemon.ts';
import { print, relativeTime, table } from '../output.ts';

interface CreateOptions {
  readonly tool?: string;
  readonly team?: string;
  readonly project?: string;
  readonly limit?: number;
  readonly window?: 'day' | 'month' | 'total';
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
    .option('--window <window>', 'window of the limit: day, month or total', 'day')
    .action(create);
  keys
    .command('list')
    .alias('ls')
    .description('List tokens by name; never the tokens themselves')
    .action(list);
  keys
    .command('revoke')
    .description('Refuse a token from now on')
    .argument('<id>', 'id from the list')
    .action(async (id: string) => {
      const result = await (await daemon()).call<object>('DELETE', `virtual-keys/${encodeURIComponent(id)}`);
      print(result, `Revoked ${id}.`);
    });
}

async function create(name: string, options: CreateOptions): Promise<void> {
  const client = await daemon();
  const { tool, team, project, limit, window } = options;
  const answer = await client.call<{ virtualKey: VirtualKeyView; token: string }>('POST', 'virtual-keys', {
    name,
    ...(tool === undefined ? {} : { tool }),
    ...(team === undefined ? {} : { team }),
    ...(project === undefined ? {} : { project }),
    ...(limit === undefined ? {} : { limitUsd: limit, limitWindow: window ?? 'day' }),
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
    key.limitNano === null ? 'no limit' : `${formatUsd(key.limitNano)} a ${key.limitWindow}`,
    formatUsd(key.spentNano),
    key.revokedAt === null ? relativeTime(key.createdAt, now) : 'revoked',
    key.id,
  ]);
  print(answer, table([['NAME', 'TOKEN', 'TOOL', 'LIMIT', 'SPENT', 'CREATED', 'ID'], ...rows]));
}

function dollars(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('It takes an amount in dollars, e.g. 5 or 0.50.');
}
