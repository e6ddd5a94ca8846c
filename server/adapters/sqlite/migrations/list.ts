import type { Migration } from '../migrate.ts';
import { initial } from './0001-initial.ts';
import { limits } from './0002-limits.ts';
import { retention } from './0003-retention.ts';
import { unseenOutcomes } from './0004-unseen-outcomes.ts';
import { managementTokens } from './0005-management-tokens.ts';
import { clientIds } from './0006-client-ids.ts';
import { attribution } from './0007-attribution.ts';
import { modelNames } from './0008-model-names.ts';
import { webhooks } from './0009-webhooks.ts';
import { bodies } from './0010-bodies.ts';

/** Every migration in order. Those that were released never change: a new one is added instead. */
export const MIGRATIONS: readonly Migration[] = [
  initial,
  limits,
  retention,
  unseenOutcomes,
  managementTokens,
  clientIds,
  attribution,
  modelNames,
  webhooks,
  bodies,
];
