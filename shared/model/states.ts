/** What a key shows: the roll-up of its cells, its switch and the provider's verdict on it. */
export type KeyState = 'available' | 'throttled' | 'exhausted' | 'recovering' | 'disabled' | 'invalid';

/** The state of one cell: an owner's limit in one dimension for one model family. */
export type CellState = 'available' | 'throttled' | 'exhausted' | 'recovering';

/**
 * Which limit a cell stands for. `availability` is the breaker for failures that are no limit at all
 * (network, server errors, overload); `credit` is money or plan that ran out at the provider.
 */
export type LimitDimension =
  | 'requests'
  | 'tokens'
  | 'input_tokens'
  | 'output_tokens'
  | 'credit'
  | 'availability';

/** Every model family of the owner: used where a limit does not depend on the model. */
export const ALL_FAMILIES = '*';

/** Identifies a cell. `owner` is `key:ID`, `group:ID` (a quota group) or `provider:ID`. */
export interface CellAddress {
  readonly owner: string;
  readonly family: string;
  readonly dimension: LimitDimension;
}

/** A cell as it is stored and shown. Times are integer milliseconds since the epoch. */
export interface CellRecord extends CellAddress {
  readonly state: CellState;
  /** When a throttled or exhausted cell is tried again; `null` where nobody said. */
  readonly until: number | null;
  /** Failures since the last success: the exponent of the next cooldown. */
  readonly failures: number;
  readonly since: number;
}

/** One recorded change of a cell's or a key's state. */
export interface StateTransition {
  readonly at: number;
  /** `key:ID`, `group:ID` or `provider:ID`. */
  readonly owner: string;
  /** Absent for changes of the key itself (disabled, enabled, invalid). */
  readonly family?: string;
  readonly dimension?: LimitDimension;
  readonly from: KeyState;
  readonly to: KeyState;
  /** A short machine word: `rate_limited`, `retry_after_elapsed`, `success`, `person`, ... */
  readonly trigger: string;
  readonly until?: number | null;
  readonly requestId?: string;
}
