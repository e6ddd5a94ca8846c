import type { SkippedKey } from '../../../shared/model/trace.ts';
import type { CellBook } from '../key/cell-book.ts';
import type { PooledKey } from '../key/key-pool.ts';

/** Why a key can't take a request of this family right now; `null` if it can. */
export function obstacleOf(key: PooledKey, family: string, cells: CellBook): SkippedKey | null {
  const keyId = key.record.id;
  if (!key.record.enabled) return { keyId, reason: 'disabled' };
  if (key.record.invalidSince !== null) return { keyId, reason: 'invalid' };
  const obstacle = cells.obstacle(key.owners, family);
  if (!obstacle) return null;
  const until = obstacle.until === null ? {} : { until: obstacle.until };
  if (obstacle.state !== 'probe_in_flight' && obstacle.owner.startsWith('provider:')) {
    return { keyId, reason: 'provider_unavailable', ...until };
  }
  return { keyId, reason: obstacle.state, ...until };
}
