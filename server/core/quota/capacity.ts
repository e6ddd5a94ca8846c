import type { CapacityState } from '../../../shared/model/limits.ts';

/** Shares of a capacity that are left, below which its state changes. */
export interface CapacityThresholds {
  readonly constrained: number;
  readonly critical: number;
}

const DEFAULTS: CapacityThresholds = { constrained: 0.5, critical: 0.2 };

/** How much of a capacity is left, in the words that people see. */
export function capacityStateOf(total: number, used: number, thresholds = DEFAULTS): CapacityState {
  const left = total - used;
  if (left <= 0) return 'exhausted';
  if (left < total * thresholds.critical) return 'critical';
  return left <= total * thresholds.constrained ? 'constrained' : 'abundant';
}
