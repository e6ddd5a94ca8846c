import { formatUsd } from '../../shared/model/money.ts';
import type { Trace } from '../../shared/model/trace.ts';
import type { KeyView, StateView } from '../../shared/model/views.ts';
import type { Daemon } from '../support/daemon.ts';
import { stateText } from './key-watch.ts';
import { left, paint, right, say, width, wrap } from './screen.ts';

/** What every key did, from the daemon's traces and its own account of the keys. */
export async function printTable(daemon: Daemon, traces: readonly Trace[]): Promise<void> {
  const { keys } = await daemon.api<{ keys: readonly KeyView[] }>('GET', 'keys');
  const state = await daemon.api<StateView>('GET', 'state');
  const attempts = traces.flatMap((trace) => trace.attempts);
  const rows = keys.map((key) => {
    const own = attempts.filter((attempt) => attempt.keyId === key.id);
    const answered = own.filter((attempt) => attempt.outcome === 'succeeded').length;
    return [
      key.name,
      String(answered),
      String(own.length),
      String(own.length - answered),
      stateText(key.state),
      formatUsd(key.spentTodayNano),
    ];
  });
  const good = traces.filter((trace) => trace.outcome === 'succeeded').length;
  const failed = attempts.filter((attempt) => attempt.outcome !== 'succeeded').length;
  const all = [
    'all',
    String(good),
    String(attempts.length),
    String(failed),
    '',
    formatUsd(state.spentTodayNano),
  ];
  printRows([['KEY', 'ANSWERED', 'ATTEMPTS', 'FAILED', 'STATE', 'SPENT'], ...rows, all]);
  say(
    wrap(
      `Of ${attempts.length} attempts at providers ${failed} failed; of ${traces.length} requests ${good} succeeded for the caller. Costs are those of the real providers' prices; the simulated ones charge nothing.`,
      '  ',
    ),
  );
}

/** What `apikeyrouter explain` says of the request with the most to tell. */
export async function printExplanation(daemon: Daemon, traces: readonly Trace[]): Promise<void> {
  const [trace] = traces.toSorted((a, b) => interest(b) - interest(a));
  if (!trace) return;
  say(paint('dim', `  $ apikeyrouter explain ${trace.requestId}`));
  const text = await daemon.cli('explain', trace.requestId);
  for (const line of text.split('\n')) say(wrap(line.trimStart(), `  ${/^ */.exec(line)?.[0] ?? ''}`));
}

function interest(trace: Trace): number {
  const skipped = trace.decisions[0]?.skipped.length ?? 0;
  return trace.attempts.length * 10 + skipped;
}

function printRows(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => width(row[at] ?? '')))) ?? [];
  rows.forEach((row, index) => {
    const line = row.map((cell, at) =>
      at === 0 || at === 4 ? left(cell, widths[at] ?? 0) : right(cell, widths[at] ?? 0),
    );
    const text = `  ${line.join('   ')}`;
    say(index === 0 || index === rows.length - 1 ? paint('bold', text) : text);
  });
}
