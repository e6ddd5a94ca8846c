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
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number;
}
