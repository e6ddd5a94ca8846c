import type { AttemptTrace, Trace } from '../../../shared/model/trace.ts';

/** Counters and histograms of the request path. Never throws, never blocks. */
export interface Metrics {
  attemptEnded(attempt: AttemptTrace): void;
  requestEnded(trace: Trace): void;
}
