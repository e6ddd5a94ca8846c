import type { Command } from 'commander';
import type { AuditEntry } from '../../core/ports/store.ts';
import { count } from '../argument-readers.ts';
import { daemon } from '../launch-daemon.ts';
import { print, relativeTime, table } from '../output.ts';

interface AuditOptions {
  readonly limit: number;
  readonly of?: string;
}

/** `apikeyrouter audit` */
export function addAuditCommand(program: Command): void {
  program
    .command('audit')
    .description('Say who changed what; --json has before and after')
    .option('-l, --limit <count>', 'how many, at most 1000', count(1000), 20)
    .option('--of <id>', 'only changes of this key, budget, virtual key, ...')
    .action(async ({ limit, of }: AuditOptions) => {
      const query = new URLSearchParams({
        limit: String(limit),
        ...(of === undefined ? {} : { target: of }),
      });
      const answer = await (await daemon()).call<{ entries: readonly AuditEntry[] }>(
        'GET',
        `audit?${query.toString()}`,
      );
      const now = Date.now();
      const rows = answer.entries.map(({ at, actor, action, target }) => [
        relativeTime(at, now),
        actor,
        action,
        target,
      ]);
      print(
        answer,
        rows.length === 0 ? 'Nothing was changed yet.' : table([['WHEN', 'WHO', 'WHAT', 'OF'], ...rows]),
      );
    });
}
