import type { QuotaDimension } from '../../../shared/model/limits.ts';
import type { NanoUsd } from '../../../shared/model/money.ts';
import type { KeyState } from '../../../shared/model/states.ts';
import type { AttemptTrace, Trace } from '../../../shared/model/trace.ts';

/** Counters and histograms of the request path. Never throws, never blocks. */
export interface Metrics {
  attemptEnded(attempt: AttemptTrace): void;
  requestEnded(trace: Trace): void;
}

/** How things stand now: what a scrape shows beside what was counted. */
export interface Standing {
  /** Requests that are being served. */
  readonly running: number;
  readonly keys: readonly {
    readonly id: string;
    readonly providerId: string;
    readonly name: string;
    readonly state: KeyState;
    /** As the provider's last answers said. */
    readonly limits: readonly {
      readonly family: string;
      readonly dimension: string;
      readonly remaining: number;
    }[];
  }[];
  readonly quotas: readonly {
    readonly id: string;
    readonly owner: string;
    readonly family: string;
    readonly dimension: QuotaDimension;
    /** 0..1. */
    readonly leftShare: number;
    /** ms since the epoch; `null`: no prediction. */
    readonly exhaustedAt: number | null;
  }[];
  /** Those with one sum: a budget of each conversation has none. */
  readonly budgets: readonly {
    readonly id: string;
    readonly name: string;
    readonly limitNano: NanoUsd;
    readonly leftNano: NanoUsd;
  }[];
}
