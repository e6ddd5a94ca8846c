import type { CellRecord, KeyState } from '../../../shared/model/states.ts';
import type { KeyRecord } from '../../../shared/model/records.ts';

/** Worse states first. */
const SEVERITY: readonly CellRecord['state'][] = ['exhausted', 'throttled', 'recovering'];

/** The state a key shows: its switch and the provider's verdict first, else the worst of its cells. */
export function rollUp(
  key: KeyRecord,
  cells: readonly CellRecord[],
): { readonly state: KeyState; readonly until: number | null } {
  if (!key.enabled) return { state: 'disabled', until: null };
  if (key.invalidSince !== null) return { state: 'invalid', until: null };
  for (const state of SEVERITY) {
    const ends = cells.filter((cell) => cell.state === state).map((cell) => cell.until);
    if (ends.length > 0) {
      const known = ends.filter((until) => until !== null);
      return { state, until: known.length > 0 ? Math.max(...known) : null };
    }
  }
  return { state: 'available', until: null };
}
