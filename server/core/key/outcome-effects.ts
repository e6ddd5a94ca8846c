import { ALL_FAMILIES, type LimitDimension, type StateTransition } from '../../../shared/model/states.ts';
import { FAULT_OF, type FailureClass } from '../../../shared/model/reasons.ts';
import type { ClassifiedFailure, LimitReading } from '../ports/provider.ts';
import type { CellBook } from './cell-book.ts';
import { groupOwner, type PooledKey } from './key-pool.ts';
import { rollUp } from './key-state.ts';

/** Waits where the provider names none: doubled with each failure in a row, up to the last. */
const THROTTLE_MS = { first: 5_000, last: 120_000 };
const BREAKER_MS = { first: 1_000, last: 60_000 };
/** Credit comes back when a person pays: looked at again this often, by real traffic. */
const CREDIT_RECHECK_MS = 15 * 60_000;
const MAX_BELIEVED_RESET_MS = 60_000;
/** Failures of the network or the provider in a row before its breaker opens. */
const BREAKER_THRESHOLD = 3;

export interface FailureContext {
  readonly now: number;
  readonly family: string;
  readonly requestId: string;
  /** What the answer's headers said of its limits. */
  readonly limits: readonly LimitReading[];
}

/** What a failure means for the states of its key, account and provider. */
export function applyFailure(
  cells: CellBook,
  key: PooledKey,
  failure: ClassifiedFailure,
  context: FailureContext,
): readonly StateTransition[] {
  const group = failure.owner === 'key' ? null : key.record.quotaGroup;
  const account = group ? groupOwner(key.provider.id, group) : `key:${key.record.id}`;
  switch (failure.class) {
    case 'rate_limited':
      return close(cells, account, failure, context, {
        dimension: failure.dimension ?? 'requests',
        state: 'throttled',
        steps: THROTTLE_MS,
      });
    case 'quota_exhausted':
      return close(cells, account, failure, context, {
        dimension: failure.dimension ?? 'credit',
        state: 'exhausted',
        steps: { first: CREDIT_RECHECK_MS, last: CREDIT_RECHECK_MS },
      });
    case 'overloaded':
      return close(cells, `provider:${key.provider.id}`, failure, context, {
        dimension: 'availability',
        state: 'throttled',
        steps: BREAKER_MS,
      });
    case 'permission_denied':
    case 'model_unavailable':
      // This key can't use this model; others of it stay usable.
      return close(cells, `key:${key.record.id}`, failure, context, {
        dimension: 'availability',
        state: 'throttled',
        steps: { first: 5 * 60_000, last: 60 * 60_000 },
      });
    case 'server_error':
    case 'timeout':
    case 'network':
    case 'stream_cut':
    case 'stream_error':
      return countTowardsBreaker(cells, key, failure, context);
    case 'key_invalid':
      return refused(cells, key, context);
    case 'invalid_request':
    case 'reasoning_unreadable':
    case 'context_length':
    case 'content_filter':
      return [];
  }
}

/** The whole key, whose record takes this over as soon as it is stored; `KeyAdmin.refused` logs it. */
function refused(
  cells: CellBook,
  key: PooledKey,
  { now, requestId }: FailureContext,
): readonly StateTransition[] {
  const from = rollUp(key.record, cells.closed(key.owners)).state;
  if (from === 'invalid') return [];
  return [{ at: now, owner: `key:${key.record.id}`, from, to: 'invalid', trigger: 'key_invalid', requestId }];
}

/** Whether a failure says something about how reliable the key is. Limits and the request's own faults do not. */
export function countsAgainstKey(failure: FailureClass): boolean {
  return failure !== 'rate_limited' && failure !== 'quota_exhausted' && FAULT_OF[failure] !== 'my_request';
}

function close(
  cells: CellBook,
  owner: string,
  failure: ClassifiedFailure,
  context: FailureContext,
  limit: {
    readonly dimension: LimitDimension;
    readonly state: 'throttled' | 'exhausted';
    readonly steps: { readonly first: number; readonly last: number };
    /** Failures that were forgiven before. */
    readonly grace?: number;
  },
): readonly StateTransition[] {
  const family = failure.wholeAccount ? ALL_FAMILIES : context.family;
  const address = { owner, family, dimension: limit.dimension };
  const failures = cells.failures(address);
  const step = Math.min(
    limit.steps.last,
    limit.steps.first * 2 ** Math.max(0, failures - (limit.grace ?? 0)),
  );
  const wait = failure.retryAfterMs ?? waitForReset(limit.dimension, context) ?? step;
  return cells.close(address, {
    state: limit.state,
    until: context.now + wait,
    trigger: failure.class,
    requestId: context.requestId,
  });
}

/**
 * The wait that the limit's own reset names, where the answer asked for none. A reset may be the time until the
 * limit is full again (OpenAI), so that it is only believed for a minute: then real traffic tries.
 */
function waitForReset(dimension: LimitDimension, { limits, now }: FailureContext): number | null {
  const reading = limits.find((entry) => entry.dimension === dimension && entry.remaining === 0);
  if (!reading || reading.resetAt === null || reading.resetAt <= now) return null;
  return Math.min(reading.resetAt - now, MAX_BELIEVED_RESET_MS);
}

function countTowardsBreaker(
  cells: CellBook,
  key: PooledKey,
  failure: ClassifiedFailure,
  context: FailureContext,
): readonly StateTransition[] {
  const address = {
    owner: `key:${key.record.id}`,
    family: context.family,
    dimension: 'availability',
  } as const;
  const recovering = cells.isRecovering([address.owner], context.family);
  // Closing the cell counts this failure too.
  if (cells.failures(address) + 1 < BREAKER_THRESHOLD && !recovering) {
    cells.countFailure(address);
    return [];
  }
  return close(cells, address.owner, failure, context, {
    dimension: 'availability',
    state: 'throttled',
    steps: BREAKER_MS,
    grace: BREAKER_THRESHOLD - 1,
  });
}
