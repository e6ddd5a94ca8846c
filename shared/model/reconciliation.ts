import type { NanoUsd } from './money.ts';

/** Which part of a provider's bill is compared. Of anything but `declared`, others may have spent a part. */
export type BillCoverage = 'declared' | 'learned' | 'organisation';

/**
 * Whether the attempts of a day whose outcome nobody saw can be given their cost from the bill: there are none, it can
 * be done, or what is in the way. `shared`: others may have spent it, unless a person says that nobody did.
 */
export type DayResolution =
  | 'nothing'
  | 'possible'
  | 'day_not_final'
  | 'not_billed_yet'
  | 'billed_less'
  | 'billed_more'
  | 'shared';

/** One UTC day of an account: what the ledger says beside what the provider billed. */
export interface ReconciledDay {
  /** `2026-11-20`, in UTC. */
  readonly day: string;
  /** Those whose outcome is known. */
  readonly attempts: number;
  readonly settledNano: NanoUsd;
  /** The part of `settledNano` that no provider reported. */
  readonly estimatedNano: NanoUsd;
  readonly unknownAttempts: number;
  /** The most that attempts of unknown outcome may have cost; not in `settledNano`. */
  readonly unknownNano: NanoUsd;
  /** `null`: the provider does not tell it, or not yet. */
  readonly billedNano: NanoUsd | null;
  /** How far the ledger is above (or, negative, below) the bill; `null` without a bill to compare it with. */
  readonly driftPercent: number | null;
  readonly resolution: DayResolution;
}

/** What one billing key told. */
export interface ReconciledAccount {
  readonly providerId: string;
  /** The billing key. */
  readonly keyId: string;
  readonly keyName: string;
  readonly account: string | null;
  readonly coverage: BillCoverage;
  /** The projects or workspaces whose bill is compared; empty for all of them. */
  readonly scopes: readonly string[];
  /** Why the provider could not be asked; there are no days then. */
  readonly problem: string | null;
  /** What the figures leave out or count in, in sentences. */
  readonly notes: readonly string[];
  readonly days: readonly ReconciledDay[];
}

/** Spend that no bill is compared with. */
export interface UncomparedSpend {
  readonly providerId: string;
  readonly settledNano: NanoUsd;
  readonly unknownNano: NanoUsd;
  /** Why, and what to do about it. */
  readonly reason: string;
}

/** What the ledger says beside what providers billed. */
export interface Reconciliation {
  /** The first and the last day, in UTC. */
  readonly since: string;
  readonly until: string;
  readonly accounts: readonly ReconciledAccount[];
  readonly uncompared: readonly UncomparedSpend[];
}

/** An attempt that was given its cost. */
export interface ResolvedAttempt {
  readonly providerId: string;
  readonly day: string;
  readonly requestId: string;
  readonly attemptId: string;
  readonly costNano: NanoUsd;
}

/** What came of giving attempts of unknown outcome their cost. */
export interface ResolvedOutcomes {
  readonly resolved: readonly ResolvedAttempt[];
  /** Days that still have such attempts, and why. */
  readonly left: readonly {
    readonly providerId: string;
    readonly day: string;
    readonly attempts: number;
    readonly reason: DayResolution;
  }[];
}
