import type { RequestOutcome, Trace } from './trace.ts';

/** Which requests are wanted; all that is given must match. */
export interface TraceFilter {
  /** Tried at least once. */
  readonly keyId?: string;
  readonly providerId?: string;
  /** As it was asked for, or as an attempt sent it. */
  readonly model?: string;
  readonly virtualKeyId?: string;
  readonly team?: string;
  readonly project?: string;
  readonly tool?: string;
  readonly tag?: string;
  readonly conversation?: string;
  readonly outcome?: RequestOutcome;
  /** The HTTP status that the tool saw. */
  readonly status?: number;
  /** ms since the epoch. */
  readonly since?: number;
  /** ms since the epoch; not included. */
  readonly until?: number;
}

/** Whether a request is among those that are wanted. */
export function matchesTrace(trace: Trace, filter: TraceFilter): boolean {
  const { caller, attempts } = trace;
  const { keyId, providerId, model, virtualKeyId, tag, since, until } = filter;
  return (
    is(filter.outcome, trace.outcome) &&
    is(filter.status, trace.status) &&
    is(filter.team, caller.team) &&
    is(filter.project, caller.project) &&
    is(filter.tool, caller.tool) &&
    is(filter.conversation, trace.conversation) &&
    is(virtualKeyId, caller.virtualKeyId) &&
    (tag === undefined || caller.tags.includes(tag)) &&
    (keyId === undefined || attempts.some((attempt) => attempt.keyId === keyId)) &&
    (providerId === undefined || attempts.some((attempt) => attempt.providerId === providerId)) &&
    (model === undefined || trace.model === model || attempts.some((attempt) => attempt.model === model)) &&
    (since === undefined || trace.startedAt >= since) &&
    (until === undefined || trace.startedAt < until)
  );
}

function is<T>(wanted: T | undefined, value: T | undefined): boolean {
  return wanted === undefined || wanted === value;
}
