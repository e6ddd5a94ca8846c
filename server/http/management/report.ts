import { z } from 'zod';
import { REPORT_DIMENSIONS, type Report, type ReportDimension } from '../../../shared/model/report.ts';
import type { Admin } from '../../core/admin/admin.ts';
import type { ReportQuery, Reports } from '../../core/ports/reports.ts';
import { RouterError } from '../../core/router-error.ts';

export interface ReportParts {
  readonly reports: Reports;
  readonly admin: Admin;
}

const HOUR_MS = 3_600_000;
const UNITS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: HOUR_MS,
  d: 24 * HOUR_MS,
  w: 7 * 24 * HOUR_MS,
};

export const reportQuery = z.object({
  by: z
    .string()
    .max(200)
    .default('project')
    .meta({ description: `With commas between them: ${REPORT_DIMENSIONS.join(', ')}.` }),
  since: z
    .string()
    .max(64)
    .default('7d')
    .meta({ description: '30m, 24h, 7d, 4w, a date where the daemon runs, or a time with its zone.' }),
  until: z
    .string()
    .max(64)
    .exactOptional()
    .meta({ description: 'As `since`; not included. Now if left out.' }),
});

/** Sums over the ledger, with the names of keys. Throws `RouterError('invalid_request')`. */
export async function runReport(
  { reports, admin }: ReportParts,
  query: z.output<typeof reportQuery>,
  now: number,
): Promise<Report> {
  const report = await reports.report(readQuery(query, now));
  const names = await namesOf(admin, report.by);
  return {
    ...report,
    rows: report.rows.map((row) => ({ ...row, names: pickNames(row.group, names) })),
  };
}

function readQuery(query: z.output<typeof reportQuery>, now: number): ReportQuery {
  const by = query.by.split(',').map((name) => name.trim().replaceAll('-', '_'));
  const unknown = by.find((name) => !isDimension(name));
  if (unknown !== undefined) {
    const all = REPORT_DIMENSIONS.join(', ');
    throw new RouterError('invalid_request', `There is no report by "${unknown}". There are: ${all}.`);
  }
  const since = readTime('since', query.since, now);
  const until = query.until === undefined ? now + 1 : readTime('until', query.until, now);
  if (since >= until) throw new RouterError('invalid_request', 'The time of "since" is not before "until".');
  return { by: [...new Set(by)].filter(isDimension), since, until };
}

/** `7d` and the like before now, a date (its beginning where the daemon runs), or a time with its zone. */
function readTime(name: string, text: string, now: number): number {
  const ago = /^(\d{1,5})([mhdw])$/.exec(text);
  if (ago) return now - Number(ago[1]) * (UNITS[ago[2] ?? ''] ?? 0);
  const date = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  const time = date
    ? new Date(Number(date[1]), Number(date[2]) - 1, Number(date[3]))
    : /^\d{4}-\d\d-\d\dT/.test(text)
      ? new Date(text)
      : new Date(Number.NaN);
  if (!Number.isNaN(time.getTime())) return time.getTime();
  throw new RouterError(
    'invalid_request',
    `"${name}" takes 30m, 24h, 7d, 4w, a date such as 2026-11-01, or a time such as 2026-11-01T12:00:00Z, not "${text}".`,
  );
}

function isDimension(name: string): name is ReportDimension {
  return REPORT_DIMENSIONS.some((known) => known === name);
}

type Names = Readonly<Partial<Record<ReportDimension, ReadonlyMap<string, string>>>>;

async function namesOf(admin: Admin, by: readonly ReportDimension[]): Promise<Names> {
  const map = (all: readonly { readonly id: string; readonly name: string }[]): ReadonlyMap<string, string> =>
    new Map(all.map(({ id, name }) => [id, name]));
  return {
    ...(by.includes('key') ? { key: map(await admin.keys.list()) } : {}),
    ...(by.includes('virtual_key') ? { virtual_key: map(await admin.virtualKeys.list()) } : {}),
  };
}

function pickNames(group: Report['rows'][number]['group'], names: Names): Report['rows'][number]['names'] {
  const found: Partial<Record<ReportDimension, string>> = {};
  for (const dimension of ['key', 'virtual_key'] as const) {
    const name = names[dimension]?.get(group[dimension] ?? '');
    if (name !== undefined) found[dimension] = name;
  }
  return found;
}
