import { z } from 'zod';
import { DAY_MS, utcDay } from '../../core/reconciliation/utc-days.ts';
import type { ReconcileQuery } from '../../core/reconciliation/reconciler.ts';
import { RouterError } from '../../core/router-error.ts';

const day = z.string().max(64);

const span = {
  since: day.default('7d').meta({ description: '7d, 4w, or a date in UTC such as 2026-11-20.' }),
  until: day
    .exactOptional()
    .meta({ description: 'A date in UTC, itself not included. Up to now if left out.' }),
  provider: z.string().max(64).exactOptional().meta({ description: 'Only this one.' }),
};

export const reconcileQuery = z.object(span);

export const resolveBody = z.strictObject({
  ...span,
  since: day.meta({ description: '7d, 4w, or a date in UTC such as 2026-11-20.' }),
  exclusive: z
    .boolean()
    .default(false)
    .meta({ description: 'Nobody but this router spends on these accounts.' }),
});

/** Whole UTC days up to today. Throws `RouterError('invalid_request')`. */
export function readDays(query: z.output<typeof reconcileQuery>, now: number): ReconcileQuery {
  const tomorrow = utcDay(now) + DAY_MS;
  const until = query.until === undefined ? tomorrow : Math.min(tomorrow, readDay('until', query.until, now));
  const since = readDay('since', query.since, now);
  if (since >= until) throw new RouterError('invalid_request', 'The day of "since" is not before "until".');
  return { since, until, ...(query.provider === undefined ? {} : { providerId: query.provider }) };
}

function readDay(name: string, text: string, now: number): number {
  const ago = /^(\d{1,3})([dw])$/.exec(text);
  if (ago) return utcDay(now - Number(ago[1]) * (ago[2] === 'w' ? 7 : 1) * DAY_MS);
  const date = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(date)) return date;
  throw new RouterError(
    'invalid_request',
    `"${name}" takes 7d, 4w, or a date in UTC such as 2026-11-20, not "${text}".`,
  );
}
