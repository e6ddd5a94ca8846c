import type { TimeWindow } from '../../shared/model/limits.ts';
import { NANO_PER_USD, usdFromNano } from '../../shared/model/money.ts';
import type { BudgetView, KeyView } from '../../shared/model/views.ts';
import type { QuotaStatus } from '../core/quota/quota-book.ts';
import type { Core } from '../core/open-core.ts';
import type { BudgetState, KeyDetails, QuotaState, WindowInput } from './api.ts';

export function toWindow(window: WindowInput): TimeWindow {
  return typeof window === 'string' ? { kind: window } : { kind: 'rolling', ms: window.rollingMs };
}

export function toKeyDetails(view: KeyView, core: Core): KeyDetails {
  return {
    id: view.id,
    name: view.name,
    provider: view.providerId,
    hint: view.hint,
    state: view.state,
    until: toDate(view.until),
    metadata: core.pool.get(view.id)?.record.metadata ?? {},
    requestsServed: view.requestsServed,
    successRate: view.successRate,
    spentToday: usdFromNano(view.spentTodayNano),
  };
}

export function toBudgetState(status: BudgetView): BudgetState {
  const { id, name, scope, enforcement } = status;
  return {
    id,
    name,
    scope,
    enforcement,
    limit: usdFromNano(status.limitNano),
    spent: usdFromNano(status.spentNano),
    held: usdFromNano(status.heldNano + status.unknownNano),
    remaining: usdFromNano(status.remainingNano),
    windowStart: new Date(status.windowStart),
    windowEnd: toDate(status.windowEnd),
  };
}

export function toQuotaState(status: QuotaStatus): QuotaState {
  const { record, used, capacity, learned, capacityState, resetsAt, prediction } = status;
  const scale = record.dimension === 'usd' ? NANO_PER_USD : 1;
  return {
    id: record.id,
    dimension: record.dimension,
    window: record.window,
    totalCapacity: record.totalCapacity / scale,
    used: used / scale,
    remaining: Math.max(0, capacity - used) / scale,
    reportedByProvider: learned,
    capacityState,
    resetsAt: toDate(resetsAt),
    prediction: prediction && {
      exhaustedAt: new Date(prediction.at),
      earliest: new Date(prediction.low),
      latest: new Date(prediction.high),
      confidence: prediction.confidence,
    },
  };
}

function toDate(at: number | null): Date | null {
  return at === null ? null : new Date(at);
}
