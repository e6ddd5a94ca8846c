import { type Command, Option } from 'commander';
import { REPORT_DIMENSIONS, type Report } from '../../../shared/model/report.ts';
import { daemon } from '../launch-daemon.ts';
import { isForPrograms, print } from '../output.ts';
import { reportCsv, reportTable } from '../report-text.ts';

interface ReportOptions {
  readonly by: string;
  readonly since: string;
  readonly until?: string;
  readonly format: 'table' | 'csv' | 'json';
}

/** `apikeyrouter report` */
export function addReportCommand(program: Command): void {
  program
    .command('report')
    .description('Say who spent how much on what')
    .option('--by <dimensions>', `one or more of ${REPORT_DIMENSIONS.join(', ')}; with commas`, 'project')
    .option('--since <time>', '30m, 24h, 7d, 4w, a date or a time', '7d')
    .option('--until <time>', 'as --since; not included (default: now)')
    .addOption(
      new Option('--format <format>', 'how it is printed').choices(['table', 'csv', 'json']).default('table'),
    )
    .action(async ({ by, since, until, format }: ReportOptions) => {
      const query = new URLSearchParams({ by, since, ...(until === undefined ? {} : { until }) });
      const report = await (await daemon()).call<Report>('GET', `reports?${query.toString()}`);
      if (format === 'csv' && !isForPrograms()) process.stdout.write(reportCsv(report));
      else if (format === 'json') console.log(JSON.stringify(report));
      else print(report, reportTable(report));
    });
}
