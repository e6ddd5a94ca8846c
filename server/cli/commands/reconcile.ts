import type { Command } from 'commander';
import { formatUsd } from '../../../shared/model/money.ts';
import type { Reconciliation, ResolvedOutcomes } from '../../../shared/model/reconciliation.ts';
import type { LedgerEntry } from '../../core/ports/store.ts';
import { dollarsOrNone } from '../argument-readers.ts';
import { daemon } from '../launch-daemon.ts';
import { print, relativeTime, table } from '../output.ts';
import { reconciliationText, resolvedText } from '../reconciliation-text.ts';

interface ReconcileOptions {
  readonly since: string;
  readonly until?: string;
  readonly provider?: string;
  readonly resolve?: true;
  readonly exclusive?: true;
}

/** `apikeyrouter reconcile` and `apikeyrouter ledger ...` */
export function addReconcileCommands(program: Command): void {
  program
    .command('reconcile')
    .description('Compare the ledger with what providers say they billed')
    .option('--since <day>', '7d, 4w, or a date in UTC; at most 31 days', '7d')
    .option('--until <day>', 'a date in UTC; not included (default: up to now)')
    .option('-p, --provider <provider>', 'only this one')
    .option('--resolve', 'give attempts of unknown outcome their cost from the bill, where it fits')
    .option('--exclusive', 'with --resolve: nobody but this router spends on these accounts')
    .action(reconcile);
  const ledger = program.command('ledger').description('Look into the ledger, and correct it');
  ledger
    .command('unknown')
    .description('List attempts whose outcome nobody saw')
    .option('--since <day>', '7d, 4w, or a date in UTC', '4w')
    .action(listUnknown);
  ledger
    .command('correct')
    .description('Say what an attempt cost whose outcome nobody saw')
    .argument('<request>', 'id of the request')
    .argument('<attempt>', 'id of the attempt')
    .argument('<usd>', 'dollars; 0 releases what is held for it', dollarsOrNone)
    .action(async (request: string, attempt: string, usd: number) => {
      const route = `requests/${encodeURIComponent(request)}/attempts/${encodeURIComponent(attempt)}/cost`;
      const entry = await (await daemon()).call<LedgerEntry>('POST', route, { usd });
      print(entry, `Attempt ${entry.attemptId} cost ${formatUsd(entry.costNano)}.`);
    });
}

async function reconcile({ resolve, exclusive, ...query }: ReconcileOptions): Promise<void> {
  const client = await daemon();
  if (resolve) {
    const body = { ...query, exclusive: exclusive === true };
    const outcomes = await client.call<ResolvedOutcomes>('POST', 'reconciliation/resolve', body);
    print(outcomes, resolvedText(outcomes));
    return;
  }
  const wanted = new URLSearchParams({ ...query });
  const compared = await client.call<Reconciliation>('GET', `reconciliation?${wanted.toString()}`);
  print(compared, reconciliationText(compared));
}

async function listUnknown({ since }: { readonly since: string }): Promise<void> {
  const query = new URLSearchParams({ since });
  const answer = await (await daemon()).call<{ entries: readonly LedgerEntry[] }>(
    'GET',
    `ledger/unknown?${query.toString()}`,
  );
  if (answer.entries.length === 0) {
    print(answer, 'The outcome of every attempt is known.');
    return;
  }
  const now = Date.now();
  const rows = answer.entries.map((entry) => [
    relativeTime(entry.reservedAt, now),
    entry.providerId,
    entry.model,
    formatUsd(entry.costNano),
    formatUsd(entry.reservedNano),
    `apikeyrouter ledger correct ${entry.requestId} ${entry.attemptId} USD`,
  ]);
  const head = ['WHEN', 'PROVIDER', 'MODEL', 'BOOKED', 'AT MOST', 'TO CORRECT IT'];
  print(answer, table([head, ...rows]));
}
