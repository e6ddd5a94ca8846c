import type { NanoUsd } from '../../../shared/model/money.ts';
import type { KeyView } from '../../../shared/model/views.ts';
import type { CellBook } from '../key/cell-book.ts';
import type { PooledKey } from '../key/key-pool.ts';
import { rollUp } from '../key/key-state.ts';
import type { LearnedLimits } from '../quota/learned-limits.ts';
import { shownMetadata } from './key-metadata.ts';

/** A key as people and programs see it. */
export function keyView(
  { cells, learned }: { readonly cells: CellBook; readonly learned: LearnedLimits },
  { record, health, owners, account }: PooledKey,
  spentTodayNano: NanoUsd,
): KeyView {
  const closed = cells.closed(owners);
  return {
    id: record.id,
    name: record.name,
    providerId: record.providerId,
    hint: record.hint,
    enabled: record.enabled,
    ...(record.purpose === undefined ? {} : { purpose: record.purpose }),
    ...rollUp(record, closed),
    invalidReason: record.invalidReason,
    quotaGroup: record.quotaGroup,
    metadata: shownMetadata(record.metadata),
    cells: closed,
    limits: learned.view(account),
    modelCount: record.models === null ? null : record.models.length,
    requestsServed: health.served,
    successRate: health.overallRate,
    spentTodayNano,
    createdAt: record.createdAt,
    checkedAt: record.checkedAt,
  };
}
