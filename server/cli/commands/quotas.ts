import { type Command, Option } from 'commander';
import type { QuotaDimension } from '../../../shared/model/limits.ts';
import { formatUsd } from '../../../shared/model/money.ts';
import type { KeyView, QuotaView } from '../../../shared/model/views.ts';
import { amount, timeWindow, type WindowArgument } from '../argument-readers.ts';
import { daemon } from '../launch-daemon.ts';
import { print, relativeTime, table } from '../output.ts';
import { windowText } from './budgets.ts';

const DIMENSIONS: readonly QuotaDimension[] = [
  'requests',
  'input_tokens',
  'output_tokens',
  'total_tokens',
  'usd',
];

interface AddOptions {
  readonly dimension: QuotaDimension;
  readonly window: WindowArgument;
  readonly family?: string;
  readonly timeZone?: string;
}

/** `apikeyrouter quotas ...` */
export function addQuotasCommands(program: Command): void {
  const quotas = program
    .command('quotas')
    .description('Manage what keys, or the accounts behind them, may use');
  quotas
    .command('list')
    .alias('ls')
    .description('List quotas with what is used, and when they are expected to run out')
    .argument('[key]', 'id or name of a key; all if left out')
    .action(list);
  quotas
    .command('add')
    .description('Declare what a key may use in a window')
    .argument('<key>', 'id or name')
    .argument('<capacity>', 'how much, in the unit of the dimension', amount)
    .addOption(
      new Option('-d, --dimension <dimension>', 'what is limited').choices(DIMENSIONS).default('requests'),
    )
    .option(
      '-w, --window <window>',
      'minute, hour, day, week, month, total, or a rolling time such as 24h',
      timeWindow,
      'day',
    )
    .option('--family <family>', 'only this family of models')
    .option('--time-zone <zone>', "where days begin (default: the provider's rule, else local time)")
    .action(add);
  quotas
    .command('remove')
    .alias('rm')
    .description('Remove a quota')
    .argument('<quota>', 'id from the list')
    .action(async (id: string) => {
      const client = await daemon();
      print(await client.call<object>('DELETE', `quotas/${encodeURIComponent(id)}`), `Removed ${id}.`);
    });
}

async function list(key: string | undefined): Promise<void> {
  const client = await daemon();
  const path = key === undefined ? 'quotas' : `keys/${encodeURIComponent(key)}/quotas`;
  const answer = await client.call<{ quotas: readonly QuotaView[] }>('GET', path);
  if (answer.quotas.length === 0) {
    print(
      answer,
      'No quotas are declared. Those that providers tell of in their answers are kept to without.',
    );
    return;
  }
  const { keys } = await client.call<{ keys: readonly KeyView[] }>('GET', 'keys');
  const now = Date.now();
  const rows = answer.quotas.map((quota) => [
    ownerText(quota.owner, keys),
    quota.family === '*' ? '' : quota.family,
    quota.dimension.replaceAll('_', ' '),
    amountText(quota.used, quota.dimension),
    amountText(quota.capacity, quota.dimension),
    quota.capacityState,
    windowText(quota.window),
    quota.resetsAt === null ? '' : relativeTime(quota.resetsAt, now),
    quota.prediction
      ? `${relativeTime(quota.prediction.at, now)} (${Math.round(quota.prediction.confidence * 100)} %)`
      : '',
    quota.id,
  ]);
  const head = [
    'OF',
    'FAMILY',
    'DIMENSION',
    'USED',
    'CAPACITY',
    'STATE',
    'WINDOW',
    'RESETS',
    'RUNS OUT',
    'ID',
  ];
  print(answer, table([head, ...rows]));
}

async function add(key: string, capacity: number, options: AddOptions): Promise<void> {
  const client = await daemon();
  const { dimension, window, family, timeZone } = options;
  const answer = await client.call<{ id: string }>('POST', `keys/${encodeURIComponent(key)}/quotas`, {
    dimension,
    window,
    totalCapacity: capacity,
    ...(family === undefined ? {} : { family }),
    ...(timeZone === undefined ? {} : { timeZone }),
  });
  print(answer, `Added quota ${answer.id} of ${key}.`);
}

function ownerText(owner: string, keys: readonly KeyView[]): string {
  const key = keys.find(({ id }) => owner === `key:${id}`);
  return key?.name ?? owner.replace(/^group:/, 'account ');
}

function amountText(value: number, dimension: QuotaDimension): string {
  return dimension === 'usd' ? formatUsd(value) : value.toLocaleString('en');
}
