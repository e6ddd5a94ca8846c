import { type Command, Option } from 'commander';
import { formatUsd } from '../../../shared/model/money.ts';
import type { KeyView, RequestView, TraceView } from '../../../shared/model/views.ts';
import { RouterError } from '../../core/router-error.ts';
import { count, duration } from '../argument-readers.ts';
import { daemon } from '../launch-daemon.ts';
import type { ManagementClient } from '../management-client.ts';
import { print, relativeTime, table } from '../output.ts';

const NONE =
  'No requests yet. "apikeyrouter connect" lists the tools that can be pointed here; "apikeyrouter env" is for all others.';

/** `apikeyrouter requests` and `apikeyrouter explain` */
export function addRequestsCommands(program: Command): void {
  program
    .command('requests')
    .description('List the latest requests; all that is given must match')
    .option('-l, --limit <count>', 'how many, at most 500', count(500), 20)
    .option('-k, --key <key>', 'id or name of a key that was tried')
    .option('--provider <provider>', 'a provider that was tried')
    .option('-m, --model <model>', 'as it was asked for, or as it was sent')
    .option('--virtual-key <key>', 'id or name')
    .option('--team <team>', 'of this team')
    .option('--project <project>', 'of this project')
    .option('--tool <tool>', 'of this tool')
    .option('--tag <tag>', 'with this tag')
    .option('--conversation <id>', 'of this conversation')
    .addOption(
      new Option('--outcome <outcome>', 'how they ended').choices([
        'succeeded',
        'failed',
        'cancelled',
        'rejected',
      ]),
    )
    .option('--status <status>', 'with this HTTP status', count(599))
    .option('--since <time>', 'not longer ago than this, e.g. 30m, 1h, 7d', duration)
    .option('--before <request>', 'from before this request on: the "next" of --json')
    .action(async ({ limit, since, ...filter }: RequestsOptions) => {
      const answer = await search(await daemon(), limit, {
        ...filter,
        ...(since === undefined ? {} : { since: String(Date.now() - since) }),
      });
      const now = Date.now();
      const rows = answer.requests.map((entry) => [
        relativeTime(entry.startedAt, now),
        entry.model,
        entry.keyName ?? entry.keyId ?? '-',
        String(entry.attempts),
        String(entry.status),
        formatUsd(entry.costNano),
        `${entry.durationMs} ms`,
        entry.requestId,
      ]);
      const head = ['WHEN', 'MODEL', 'KEY', 'ATTEMPTS', 'STATUS', 'COST', 'TOOK', 'ID'];
      const nothing = Object.keys(filter).length > 0 || since !== undefined ? 'No request matches.' : NONE;
      print(answer, rows.length === 0 ? nothing : table([head, ...rows]));
    });
  program
    .command('explain')
    .description('Say why a request went where it went')
    .argument('<request>', 'id from the list or from the X-Request-ID header')
    .action(async (id: string) => {
      const client = await daemon();
      const trace = await traceOf(client, id);
      const { keys } = await client.call<{ keys: readonly KeyView[] }>('GET', 'keys');
      print(trace, withNames(explainTrace(trace), keys));
    });
}

type RequestsOptions = {
  readonly limit: number;
  readonly since?: number;
} & Readonly<Record<string, string | number | undefined>>;

interface Found {
  readonly requests: readonly RequestView[];
  readonly next: string | null;
}

/** A page may have fewer than wanted although there are more: goes on until there are enough. */
async function search(
  client: ManagementClient,
  limit: number,
  filter: Readonly<Record<string, string | number | undefined>>,
): Promise<Found> {
  const requests: RequestView[] = [];
  let { before } = filter;
  for (;;) {
    const query = new URLSearchParams({ limit: String(limit - requests.length) });
    for (const [name, value] of Object.entries({ ...filter, before })) {
      if (value !== undefined) query.set(name, String(value));
    }
    const page = await client.call<Found>('GET', `requests?${query.toString()}`);
    requests.push(...page.requests);
    if (page.next === null || requests.length >= limit) return { requests, next: page.next };
    before = page.next;
  }
}

async function traceOf(client: ManagementClient, id: string): Promise<TraceView> {
  try {
    return await client.call<TraceView>('GET', `requests/${encodeURIComponent(id)}`);
  } catch (error) {
    if (!(error instanceof RouterError && error.code === 'not_found')) throw error;
    throw new RouterError(
      'not_found',
      `There is no request "${id}". List them with "apikeyrouter requests"; one that still runs is not there yet.`,
    );
  }
}

/** Traces name keys by their ids, which outlive a renaming; people know them by name. */
function withNames(text: string, keys: readonly KeyView[]): string {
  return keys.reduce((named, key) => named.replaceAll(key.id, key.name), text);
}

/** A trace as text. */
function explainTrace(trace: TraceView): string {
  const lines = [
    `${trace.requestId}: ${trace.model || trace.target}, ${trace.outcome} with HTTP ${trace.status}, ${formatUsd(trace.costNano)}`,
    ...trace.decisions.map((decision) => decision.explanation),
  ];
  for (const attempt of trace.attempts) {
    const failure = attempt.failure
      ? `${attempt.failure.class.replaceAll('_', ' ')}: ${attempt.failure.message}`
      : attempt.outcome;
    const took = attempt.endedAt - attempt.startedAt;
    lines.push(
      `  ${attempt.index + 1}. ${attempt.keyId} (${attempt.status ?? 'no answer'}, ${took} ms): ${failure}`,
    );
    lines.push(...attempt.effects.map((effect) => `     ${effect}`));
  }
  for (const edit of trace.edits) lines.push(`  edited: ${edit}`);
  for (const warning of trace.warnings) lines.push(`  warning: ${warning}`);
  return lines.join('\n');
}
