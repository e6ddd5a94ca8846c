import { type Command, Option } from 'commander';
import { durationText } from '../../../shared/model/duration-text.ts';
import type { BudgetRecord, TimeWindow } from '../../../shared/model/limits.ts';
import { formatUsd } from '../../../shared/model/money.ts';
import type { BudgetView } from '../../../shared/model/views.ts';
import { RouterError } from '../../core/router-error.ts';
import {
  amount,
  dollarsOrNone,
  duration,
  pair,
  several,
  timeWindow,
  type WindowArgument,
} from '../argument-readers.ts';
import { daemon } from '../launch-daemon.ts';
import type { ManagementClient } from '../management-client.ts';
import { print, relativeTime, table } from '../output.ts';

const SCOPES = ['provider', 'model', 'team', 'project', 'tool', 'key', 'virtualKey'];
const STEPS = ['reject', 'wait', 'clamp_output', 'downgrade_model'];

interface LimitOptions {
  readonly enforcement?: 'prevent' | 'alert';
  readonly alertAt?: readonly number[];
  readonly onInsufficient?: readonly string[];
  readonly downgradeTo?: string;
}

interface AddOptions extends LimitOptions {
  readonly window: WindowArgument;
  readonly timeZone?: string;
  readonly scope: Readonly<Record<string, string>>;
  readonly eachConversation?: true;
}

interface ChangeOptions extends LimitOptions {
  readonly limit?: number;
  readonly name?: string;
}

/** `apikeyrouter budgets ...` */
export function addBudgetsCommands(program: Command): void {
  const budgets = program.command('budgets').description('Manage spending limits');
  budgets.command('list').alias('ls').description('List budgets with what is spent and left').action(list);
  withLimitOptions(
    budgets
      .command('add')
      .description('Add a spending limit')
      .argument('<name>', 'what people call it')
      .argument('<usd>', 'the limit in USD', dollarsOrNone)
      .option(
        '-w, --window <window>',
        'minute, hour, day, week, month, total, or a rolling time such as 24h',
        timeWindow,
        'month',
      )
      .option('--time-zone <zone>', 'where days begin, e.g. Europe/Berlin (default: local time)')
      .option(
        '-s, --scope <field=value>',
        `for whom it counts: ${SCOPES.join(', ')}; all that are given must match`,
        pair,
        {},
      )
      .option('--each-conversation', 'a budget of its own for every conversation'),
  ).action(add);
  withLimitOptions(
    budgets
      .command('change')
      .description('Change a budget; what is spent stays spent')
      .argument('<budget>', 'id or name')
      .option('-l, --limit <usd>', 'the new limit in USD', dollarsOrNone)
      .option('-n, --name <name>', 'the new name'),
  ).action(change);
  budgets
    .command('raise')
    .description('Raise a budget for some time')
    .argument('<budget>', 'id or name')
    .argument('<usd>', 'by how much, in USD', dollarsOrNone)
    .option('-f, --for <time>', 'for how long, e.g. 30m, 1h, 1d', duration, 3_600_000)
    .action(raise);
  budgets
    .command('remove')
    .alias('rm')
    .description('Remove a budget; what was spent stays in the ledger')
    .argument('<budget>', 'id or name')
    .action(async (budget: string) => {
      const client = await daemon();
      const { id, name } = await find(client, budget);
      print(await client.call<object>('DELETE', `budgets/${id}`), `Removed ${name}.`);
    });
}

function withLimitOptions(command: Command): Command {
  return command
    .addOption(
      new Option('-e, --enforcement <how>', '"prevent" refuses requests, "alert" only tells').choices([
        'prevent',
        'alert',
      ]),
    )
    .option(
      '-a, --alert-at <share>',
      'tell when this share is spent, e.g. 0.8; may be given several times',
      (text, before: readonly number[] | undefined) => [...(before ?? []), amount(text)],
    )
    .addOption(
      new Option(
        '-i, --on-insufficient <step>',
        `what to try when a request does not fit: ${STEPS.join(', ')}; may be given several times`,
      ).argParser((text: string, before: readonly string[] | undefined) => several(text, before ?? [])),
    )
    .option('--downgrade-to <model>', 'the model for downgrade_model');
}

async function list(): Promise<void> {
  const answer = await (await daemon()).call<{ budgets: readonly BudgetView[] }>('GET', 'budgets');
  if (answer.budgets.length === 0) {
    print(answer, 'No budgets yet. Add one with "apikeyrouter budgets add monthly 100 --window month".');
    return;
  }
  const now = Date.now();
  const rows = answer.budgets.map((budget) => [
    budget.name,
    formatUsd(budget.spentNano),
    formatUsd(budget.limitNano),
    formatUsd(budget.remainingNano),
    windowText(budget.window),
    budget.windowEnd === null ? '' : relativeTime(budget.windowEnd, now),
    scopeText(budget.scope),
    budget.enforcement === 'alert' ? 'alert only' : '',
    raiseText(budget, now),
    budget.policy === null ? budget.id : `policy ${budget.policy}`,
  ]);
  const head = ['NAME', 'SPENT', 'LIMIT', 'LEFT', 'WINDOW', 'RESETS', 'SCOPE', 'ENFORCEMENT', 'RAISE', 'ID'];
  print(answer, table([head, ...rows]));
}

async function add(name: string, usd: number, options: AddOptions, command: Command): Promise<void> {
  const unknown = Object.keys(options.scope).find((field) => !SCOPES.includes(field));
  if (unknown !== undefined) {
    command.error(`error: A scope has no field "${unknown}". It may have ${SCOPES.join(', ')}.`);
  }
  const scope = { ...options.scope, ...(options.eachConversation ? { eachConversation: true } : {}) };
  const client = await daemon();
  const budget = await client.call<BudgetView>('POST', 'budgets', {
    name,
    limitUsd: usd,
    window: options.window,
    ...(options.timeZone === undefined ? {} : { timeZone: options.timeZone }),
    ...(Object.keys(scope).length > 0 ? { scope } : {}),
    ...limitsOf(options),
  });
  print(
    budget,
    `Added ${budget.name} (${budget.id}): ${formatUsd(budget.limitNano)} ${windowText(budget.window)}, ${formatUsd(budget.spentNano)} spent already.`,
  );
}

async function change(budget: string, options: ChangeOptions): Promise<void> {
  const client = await daemon();
  const { id } = await find(client, budget);
  const view = await client.call<BudgetView>('PATCH', `budgets/${id}`, {
    ...(options.limit === undefined ? {} : { limitUsd: options.limit }),
    ...(options.name === undefined ? {} : { name: options.name }),
    ...limitsOf(options),
  });
  print(view, `${view.name}: ${formatUsd(view.remainingNano)} of ${formatUsd(view.limitNano)} left.`);
}

async function raise(budget: string, usd: number, options: { readonly for: number }): Promise<void> {
  const client = await daemon();
  const { id } = await find(client, budget);
  const view = await client.call<BudgetView>('POST', `budgets/${id}/raise`, { usd, forMs: options.for });
  print(
    view,
    `${view.name} is ${formatUsd(view.limitNano)} for ${durationText(options.for)}: ${formatUsd(view.remainingNano)} left.`,
  );
}

function limitsOf({ enforcement, alertAt, onInsufficient, downgradeTo }: LimitOptions): object {
  return {
    ...(enforcement === undefined ? {} : { enforcement }),
    ...(alertAt === undefined ? {} : { alertThresholds: alertAt }),
    ...(onInsufficient === undefined ? {} : { onInsufficient }),
    ...(downgradeTo === undefined ? {} : { downgradeTo }),
  };
}

async function find(client: ManagementClient, idOrName: string): Promise<BudgetView> {
  const { budgets } = await client.call<{ budgets: readonly BudgetView[] }>('GET', 'budgets');
  const named = budgets.filter(({ id, name }) => id === idOrName || name === idOrName);
  const [one] = named;
  if (one && named.length === 1) return one;
  const message = one
    ? `There are ${named.length} budgets named "${idOrName}". Give the id: ${named.map(({ id }) => id).join(', ')}.`
    : `There is no budget "${idOrName}". List them with "apikeyrouter budgets list".`;
  throw new RouterError(one ? 'conflict' : 'not_found', message);
}

function raiseText({ raise: raised }: BudgetRecord, now: number): string {
  return raised ? `${formatUsd(raised.amountNano)} more, ends ${relativeTime(raised.until, now)}` : '';
}

function scopeText(scope: BudgetRecord['scope']): string {
  const { eachConversation, ...fields } = scope;
  const parts = Object.entries(fields).map(([field, value]) => `${field}=${value}`);
  return [...parts, ...(eachConversation ? ['each conversation'] : [])].join(' ') || 'everything';
}

/** `a day`, `in total`, `in 24 h`. */
export function windowText(window: TimeWindow): string {
  if (window.kind === 'rolling') return `in ${durationText(window.ms)}`;
  return window.kind === 'total' ? 'in total' : `${window.kind === 'hour' ? 'an' : 'a'} ${window.kind}`;
}
