import type { SkippedKey } from '../../../shared/model/trace.ts';
import type { CellBook } from '../key/cell-book.ts';
import type { PooledKey } from '../key/key-pool.ts';
import { matchesPattern } from '../name-pattern.ts';

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

/** Why what is declared of a key keeps it from serving this caller and model (`null`: none), whatever policies say. */
export function declaredObstacle(
  key: PooledKey,
  model: string | null,
  team: string | null,
): SkippedKey | null {
  const { id: keyId, metadata } = key.record;
  if (metadata.team !== undefined && metadata.team !== team) return { keyId, reason: 'other_team' };
  if (model === null) return null;
  const { allowModels, denyModels } = metadata;
  if (allowModels && !allowModels.some((pattern) => matchesPattern(pattern, model))) {
    return { keyId, reason: 'model_denied' };
  }
  if (denyModels?.some((pattern) => matchesPattern(pattern, model))) {
    return { keyId, reason: 'model_denied' };
  }
  return null;
}
