import type { ErrorCode, FailureClass, Fault } from '../../shared/model/reasons.ts';
import type { RouterFailure } from '../core/ports/codec.ts';
import type { Trace } from '../../shared/model/trace.ts';

/** Every error of a request: `code` is stable, `message` says what happened and what to do next. */
export class RoutingError extends Error {
  override readonly name: string = 'RoutingError';
  readonly code: ErrorCode;
  readonly requestId: string;
  /** How long until trying again makes sense, ms; `null` where nobody knows. */
  readonly retryAfterMs: number | null;

  constructor(failure: Pick<RouterFailure, 'code' | 'message' | 'retryAfterMs'>, requestId: string) {
    super(failure.message);
    this.code = failure.code;
    this.requestId = requestId;
    this.retryAfterMs = failure.retryAfterMs ?? null;
  }
}

/** No key can serve the request now; the message says which keys come back when. */
export class NoEligibleKeys extends RoutingError {
  override readonly name = 'NoEligibleKeys';
}

/** The worst case of the request does not fit into a budget or quota. Nothing was sent. */
export class BudgetExceeded extends RoutingError {
  override readonly name = 'BudgetExceeded';
}

/** Every attempt failed; this is the last one's failure. */
export class ProviderError extends RoutingError {
  override readonly name = 'ProviderError';
  readonly provider: string;
  readonly keyId: string;
  /** The HTTP status; `null` where no answer came. */
  readonly status: number | null;
  readonly failureClass: FailureClass;
  /** Who has to act: my key, my account, the provider, or my request. */
  readonly fault: Fault;

  constructor(
    failure: Pick<RouterFailure, 'code' | 'message' | 'retryAfterMs'>,
    trace: Trace,
    attempt: FailedAttempt,
  ) {
    super(failure, trace.requestId);
    this.provider = attempt.providerId;
    this.keyId = attempt.keyId;
    this.status = attempt.status ?? null;
    this.failureClass = attempt.failure.class;
    this.fault = attempt.failure.fault;
  }
}

type FailedAttempt = Trace['attempts'][number] & {
  readonly failure: NonNullable<Trace['attempts'][number]['failure']>;
};

/** The error that a failed request throws, from its trace and from what a caller over HTTP would have been told. */
export function toRoutingError(
  trace: Trace,
  answer: Pick<RouterFailure, 'code' | 'message' | 'retryAfterMs'>,
): RoutingError {
  if (answer.code === 'budget_exceeded' || answer.code === 'quota_exceeded') {
    return new BudgetExceeded(answer, trace.requestId);
  }
  const last = trace.attempts.findLast((attempt): attempt is FailedAttempt => attempt.failure !== undefined);
  if (last) return new ProviderError(answer, trace, last);
  return new NoEligibleKeys(answer, trace.requestId);
}
