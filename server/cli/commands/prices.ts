import type { Command } from 'commander';
import { formatUsd } from '../../../shared/model/money.ts';
import type { PriceBookView, PriceView } from '../../../shared/model/views.ts';
import { daemon } from '../launch-daemon.ts';
import { print, relativeTime, table } from '../output.ts';

/** `apikeyrouter prices ...` */
export function addPricesCommands(program: Command): void {
  const prices = program.command('prices').description('What models cost');
  prices
    .command('list')
    .alias('ls')
    .description('Show what the models of your keys cost, in dollars a million tokens')
    .argument('[model]', 'a name, or a pattern such as "gpt-5*" (default: all)')
    .action(list);
  prices
    .command('refresh')
    .description('Take over the newest prices; those in use stay if that fails')
    .option('--source <url>', 'another address with the same data')
    .action(refresh);
}

async function list(model: string | undefined): Promise<void> {
  const query = model === undefined ? '' : `?model=${encodeURIComponent(model)}`;
  const answer = await (await daemon()).call<{
    readonly book: PriceBookView;
    readonly prices: readonly PriceView[];
  }>('GET', `prices${query}`);
  const { book, prices } = answer;
  const usd = (nano: number | null): string => (nano === null ? 'unknown' : formatUsd(nano));
  const rows = prices.map((price) => [
    price.model,
    price.providerId,
    usd(price.inputNano),
    usd(price.cacheReadNano),
    usd(price.outputNano),
    price.contextWindow === null ? '' : String(price.contextWindow),
    price.keys.join(', '),
  ]);
  const head = ['MODEL', 'PROVIDER', 'INPUT', 'CACHED', 'OUTPUT', 'CONTEXT', 'KEYS'];
  const what = rows.length > 0 ? table([head, ...rows]) : 'No key serves such a model.';
  print(answer, `${what}\n${bookText(book)}`);
}

async function refresh({ source }: { readonly source?: string }): Promise<void> {
  const client = await daemon();
  const book = await client.call<PriceBookView>('POST', 'prices/refresh', { source: source ?? null });
  print(book, `Refreshed. ${bookText(book)}`);
}

function bookText({ edition, asOf }: PriceBookView): string {
  return `Prices of ${edition}, as of ${relativeTime(asOf, Date.now())}.`;
}
