import type { BudgetScope, OnInsufficient, QuotaDimension, TimeWindow } from './limits.ts';
import type { Objective } from './objectives.ts';

/** What a new virtual key is made of. */
export interface NewVirtualKey {
  readonly name: string;
  readonly tool?: string;
  readonly team?: string;
  readonly project?: string;
  readonly tags?: readonly string[];
  /** Spending limit in USD; requests beyond it are refused with `budget_exceeded`. */
  readonly limitUsd?: number;
  /** The window in which the limit counts; `day` if left out. */
  readonly limitWindow?: 'day' | 'month' | 'total';
  /** What routing optimises for this caller; the default if left out. */
  readonly objective?: Objective;
  /** Names or patterns that the tool asks for, and the model, or name of models, that is used instead. */
  readonly models?: Readonly<Record<string, string>>;
  /** Names or patterns that the caller may ask for, besides those of `models`; everything if left out. */
  readonly allowModels?: readonly string[];
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number;
}

/** What a new budget is made of. */
export interface NewBudget {
  readonly name: string;
  readonly limitUsd: number;
  readonly window: TimeWindow;
  /** Everything if left out. */
  readonly scope?: BudgetScope;
  /** `prevent` if left out. */
  readonly enforcement?: 'prevent' | 'alert';
  /** Shares of the limit, 0..1. */
  readonly alertThresholds?: readonly number[];
  readonly onInsufficient?: OnInsufficient | readonly OnInsufficient[];
  /** The model for `downgrade_model`. */
  readonly downgradeTo?: string;
  /** IANA name; local time if left out. */
  readonly timeZone?: string;
}

/** What a new quota is made of. */
export interface NewQuota {
  readonly keyId: string;
  readonly dimension: QuotaDimension;
  readonly window: TimeWindow;
  /** In the dimension's unit; `usd` in dollars. */
  readonly totalCapacity: number;
  /** A model family; all if left out. */
  readonly family?: string;
  /** ms since the epoch. */
  readonly resetAt?: number;
  readonly timeZone?: string;
}

/** What is changed of a virtual key; what is left out stays, and `null` takes away. */
export interface VirtualKeyChange {
  readonly name?: string;
  readonly tags?: readonly string[];
  readonly limitUsd?: number | null;
  /** What was spent in the old window does not count in the new one. */
  readonly limitWindow?: 'day' | 'month' | 'total';
  readonly models?: Readonly<Record<string, string>>;
  readonly allowModels?: readonly string[] | null;
  readonly expiresAt?: number | null;
}
