import type { Trace } from '../../../shared/model/trace.ts';
import type { BudgetRefusal } from '../budget/budget-alerts.ts';
import type { RunawayAlert } from '../budget/runaway-alarm.ts';
import type { PooledKey } from '../key/key-pool.ts';

/** What the router tells the rest of the daemon. Listeners must not throw. */
export interface RouterEvents {
  /** The provider refused the key's secret. */
  keyRefused(key: PooledKey, message: string, requestId: string): void;
  /** A response named the account that the key is billed to. */
  accountSeen(key: PooledKey, account: string): void;
  /** A conversation suddenly spends far more than it used to. */
  runawaySeen(alert: RunawayAlert): void;
  /** A request was refused because a budget had too little left for it. */
  budgetRefused(refusal: BudgetRefusal): void;
  requestStarted(requestId: string): void;
  requestEnded(trace: Trace): void;
}
