import type { FailureClass } from '../../../shared/model/reasons.ts';
import type { RouterFailure } from '../ports/codec.ts';
import type { NotAdmitted } from './admission.ts';
import type { TriedKey } from './attempt-runner.ts';
import { accountBound, noneEligible } from './no-candidate.ts';
import type { RequestRun } from './request-run.ts';

export const INTERNAL: RouterFailure = {
  code: 'internal',
  status: 500,
  message: 'The router hit an internal error; its log has the details under this request id.',
  final: false,
};

/** All attempts are used up: the error of the last one, of the budgets, or of there being no key. */
export function giveUp(
  run: RequestRun,
  last: TriedKey | null,
  denied: NotAdmitted | null,
  now: number,
  nameOf: (keyId: string) => string,
): RouterFailure {
  const failure = last?.attempt.failure;
  if (!last || !failure) {
    if (denied) return denied.failure;
    const skipped = run.decisions.at(-1)?.skipped ?? [];
    const none =
      accountBound(run, skipped, nameOf) ?? noneEligible(run.model || 'this path', skipped, now, nameOf);
    return run.attempts.length > 0 ? { ...none, final: true } : none;
  }
  const tries = run.attempts
    .map(
      (attempt) =>
        `${nameOf(attempt.keyId)}: ${attempt.failure?.class.replaceAll('_', ' ') ?? attempt.outcome}`,
    )
    .join('; ');
  const limited = run.attempts.every((attempt) => attempt.failure?.class === 'rate_limited');
  const waits = run.attempts
    .map((attempt) => attempt.failure?.retryAfterMs)
    .filter((wait) => wait !== undefined);
  return {
    code: limited ? 'all_keys_throttled' : 'all_attempts_failed',
    status: limited ? 429 : statusOf(failure.class),
    message: `No key could answer (${tries}). The last said: ${failure.message}`,
    ...(waits.length > 0 ? { retryAfterMs: Math.min(...waits) } : {}),
    final: true,
  };
}

/** What must not be done twice was not answered for, and may have been done. */
export function unclear({ attempt }: TriedKey): RouterFailure {
  const failure = attempt.failure?.class ?? 'network';
  return {
    code: 'outcome_unknown',
    status: statusOf(failure),
    message: `The provider did not say whether it did this, so it was not sent again: look first (list what there is), then repeat it if need be. It failed with: ${attempt.failure?.message ?? failure}`,
    final: true,
  };
}

export function deadlineExceeded(run: RequestRun, now: number): RouterFailure {
  const spent = now - run.request.receivedAt;
  const tries = run.attempts.length === 1 ? '1 attempt' : `${run.attempts.length} attempts`;
  return {
    code: 'deadline_exceeded',
    status: 504,
    message: `The request's deadline has passed after ${spent} ms and ${tries} without an answer.`,
    final: true,
  };
}

function statusOf(failure: FailureClass): number {
  switch (failure) {
    case 'timeout':
      return 504;
    case 'model_unavailable':
      return 404;
    case 'overloaded':
      return 503;
    case 'quota_exhausted':
    case 'rate_limited':
      return 429;
    default:
      return 502;
  }
}
