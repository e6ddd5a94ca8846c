import type { DaySpan } from '../../core/ports/billing.ts';
import type { DailyLedger, SettledDay } from '../../core/ports/reports.ts';
import type { Connection } from './open-database.ts';
import { ENTRY_COLUMNS, type EntryRow, entryOf } from './store-reads.ts';

const DAY_MS = 86_400_000;
/** More attempts of unknown outcome than anybody looks at. */
const MAX_UNKNOWN = 10_000;

/** See `Reports.daily`. One transaction: an attempt is settled or of unknown outcome, never both. */
export function readDailyLedger(connection: Connection, { since, until }: DaySpan): DailyLedger {
  return connection.transaction((): DailyLedger => {
    const settled = connection
      .prepare<[number, number], SettledDay>(
        `SELECT provider_id AS providerId, key_id AS keyId, reserved_at / ${DAY_MS} * ${DAY_MS} AS day,
           count(*) AS attempts, sum(cost) AS costNano,
           sum(iif(cost_basis = 'estimated', cost, 0)) AS estimatedNano
         FROM attempts WHERE state = 'settled' AND reserved_at >= ? AND reserved_at < ?
         GROUP BY 1, 2, 3 ORDER BY 3, 1, 2`,
      )
      .all(since, until);
    const unknown = connection
      .prepare<[number, number], EntryRow>(
        `SELECT ${ENTRY_COLUMNS} FROM attempts
         WHERE state = 'unknown' AND reserved_at >= ? AND reserved_at < ?
         ORDER BY seq DESC LIMIT ${MAX_UNKNOWN + 1}`,
      )
      .all(since, until);
    return {
      settled,
      unknown: unknown.slice(0, MAX_UNKNOWN).map(entryOf),
      truncated: unknown.length > MAX_UNKNOWN,
    };
  })();
}
