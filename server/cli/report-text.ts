import { formatUsd, type NanoUsd } from '../../shared/model/money.ts';
import type { Report, ReportRow, ReportSums } from '../../shared/model/report.ts';
import { table } from './output.ts';

const NONE = '(none)';

/** A report for people. */
export function reportTable(report: Report): string {
  if (report.rows.length === 0) return 'Nothing was sent to a provider in that time.';
  const head = [
    ...report.by.map((dimension) => dimension.replace('_', ' ').toUpperCase()),
    'REQUESTS',
    'ATTEMPTS',
    'INPUT',
    'OUTPUT',
    'COST',
    'OF UNKNOWN OUTCOME',
  ];
  const rows = report.rows.map((row) => [...groupOf(report, row, NONE), ...figures(row)]);
  const total = [...report.by.map((_, at) => (at === 0 ? 'total' : '')), ...figures(report.total)];
  const text = table([head, ...rows, total]);
  return report.truncated ? `${text}\nThere are more; ask for less time or fewer dimensions.` : text;
}

function figures(sums: ReportSums): readonly string[] {
  const input = sums.inputTokens + sums.cacheReadTokens + sums.cacheWriteTokens;
  return [
    String(sums.requests),
    String(sums.attempts),
    String(input),
    String(sums.outputTokens),
    formatUsd(sums.costNano),
    sums.unknownNano === 0 ? '' : formatUsd(sums.unknownNano),
  ];
}

/** A report for spreadsheets (RFC 4180), with ids beside names. Amounts are exact US dollars. */
export function reportCsv(report: Report): string {
  const head = [
    ...report.by.flatMap((dimension) =>
      isNamed(dimension) ? [dimension, `${dimension}_name`] : [dimension],
    ),
    'requests',
    'attempts',
    'input_tokens',
    'cache_read_tokens',
    'cache_write_tokens',
    'output_tokens',
    'cost_usd',
    'estimated_usd',
    'unknown_usd',
  ];
  const rows = report.rows.map((row) => [
    ...report.by.flatMap((dimension) => {
      const value = row.group[dimension] ?? '';
      return isNamed(dimension) ? [value, row.names[dimension] ?? ''] : [value];
    }),
    row.requests,
    row.attempts,
    row.inputTokens,
    row.cacheReadTokens,
    row.cacheWriteTokens,
    row.outputTokens,
    exactUsd(row.costNano),
    exactUsd(row.estimatedNano),
    exactUsd(row.unknownNano),
  ]);
  return [head, ...rows].map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

function isNamed(dimension: string): boolean {
  return dimension === 'key' || dimension === 'virtual_key';
}

function groupOf(report: Report, row: ReportRow, none: string): readonly string[] {
  return report.by.map((dimension) => row.names[dimension] ?? row.group[dimension] ?? none);
}

/**
 * Spreadsheets run a text that begins like a formula: an apostrophe in front makes it a text again
 * (OWASP, "CSV Injection"). Names of models, tags and conversations are what callers say they are.
 */
function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = /^\s*[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function exactUsd(nano: NanoUsd): number | string {
  const digits = String(nano).padStart(10, '0');
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`;
}
