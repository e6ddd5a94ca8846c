import type { NanoUsd } from './money.ts';

/**
 * A window that a limit counts in. Calendar windows begin at their natural start in `timeZone` (or at `resetAt`);
 * a rolling window always looks back over its length.
 */
export type TimeWindow =
  | { readonly kind: 'minute' | 'hour' | 'day' | 'week' | 'month' }
  | { readonly kind: 'total' }
  | { readonly kind: 'rolling'; readonly ms: number };

/** What a quota limits. */
export type QuotaDimension = 'requests' | 'input_tokens' | 'output_tokens' | 'total_tokens' | 'usd';

/** A capacity of a key or of the account (quota group) that it shares, as configured. */
export interface QuotaRecord {
  readonly id: string;
  /** `key:ID` or `group:PROVIDER/ACCOUNT`: one group's limit is counted once, whichever key is used. */
  readonly owner: string;
  /** A model family, or `*` for all of them. */
  readonly family: string;
  readonly dimension: QuotaDimension;
  readonly window: TimeWindow;
  /** In the dimension's unit; `usd` in nano-USD. */
  readonly totalCapacity: number;
  /** A known reset, ms since the epoch: calendar windows then begin there and repeat. */
  readonly resetAt: number | null;
  /** IANA name; `null`: the provider's reset rule where known, else local time. */
  readonly timeZone: string | null;
  readonly createdAt: number;
}

/** How much of a quota is left: above 50 % abundant, 20-50 % constrained, below critical, none exhausted. */
export type CapacityState = 'abundant' | 'constrained' | 'critical' | 'exhausted';

/** For whom a budget counts: all fields that are given must match. `{}` is everything. */
export interface BudgetScope {
  readonly provider?: string;
  readonly model?: string;
  readonly team?: string;
  readonly project?: string;
  readonly tool?: string;
  readonly key?: string;
  readonly virtualKey?: string;
  /** Every conversation has a budget of its own. */
  readonly eachConversation?: true;
}

/** What happens when a request's worst case does not fit into what is left. */
export type OnInsufficient = 'reject' | 'wait' | 'clamp_output' | 'downgrade_model';

/** A spending limit. */
export interface BudgetRecord {
  readonly id: string;
  readonly name: string;
  readonly scope: BudgetScope;
  readonly limitNano: NanoUsd;
  readonly window: TimeWindow;
  readonly timeZone: string | null;
  readonly enforcement: 'prevent' | 'alert';
  /** Shares of the limit (0..1) at which an alert is given, once a window each. */
  readonly alertThresholds: readonly number[];
  /** What is tried in turn when a request does not fit; `reject` is always the end. */
  readonly onInsufficient: readonly OnInsufficient[];
  /** The model for `downgrade_model`. */
  readonly downgradeTo: string | null;
  /** A temporary raise: added to the limit until its end. */
  readonly raise: { readonly amountNano: NanoUsd; readonly until: number } | null;
  /** The policy it comes from; `null` if it was configured by itself. */
  readonly policy: string | null;
  readonly createdAt: number;
}
