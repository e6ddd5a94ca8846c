import type { NanoUsd } from '../../../shared/model/money.ts';
import { FAULT_OF } from '../../../shared/model/reasons.ts';
import type { StateTransition } from '../../../shared/model/states.ts';
import type { AttemptFailure, AttemptOutcome, AttemptTrace } from '../../../shared/model/trace.ts';
import type { SettledCost } from '../ledger/settle-cost.ts';
import type { ClassifiedFailure } from '../ports/provider.ts';
import type { PooledKey } from '../key/key-pool.ts';
import type { AttemptEnd } from './attempt.ts';

const MAX_MESSAGE = 500;

/** One attempt as the trace keeps it. */
export function recordAttempt(attempt: {
  readonly id: string;
  readonly index: number;
  readonly key: PooledKey;
  readonly model: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly end: AttemptEnd;
  readonly reservedNano: NanoUsd;
  readonly expectedNano: NanoUsd | null;
  readonly cost: SettledCost;
  readonly transitions: readonly StateTransition[];
  readonly redact: (text: string) => string;
}): AttemptTrace {
  const { key, end, cost } = attempt;
  const upstreamId = key.adapter.readRequestId(end.headers);
  return {
    id: attempt.id,
    index: attempt.index,
    keyId: key.record.id,
    providerId: key.provider.id,
    model: attempt.model,
    startedAt: attempt.startedAt,
    ...(end.firstByteAt === null ? {} : { firstByteAt: end.firstByteAt }),
    ...(end.firstTokenAt === null ? {} : { firstTokenAt: end.firstTokenAt }),
    endedAt: attempt.endedAt,
    ...(end.status === null ? {} : { status: end.status }),
    outcome: outcomeOf(end),
    ...(end.failure ? { failure: readFailure(end.failure, attempt.redact) } : {}),
    reservedNano: attempt.reservedNano,
    expectedNano: attempt.expectedNano,
    costNano: cost.costNano,
    costBasis: cost.costBasis,
    ...(cost.usage ? { usage: cost.usage } : {}),
    ...(upstreamId === null ? {} : { upstreamRequestId: upstreamId.slice(0, 128) }),
    ...idsOf(end.answerIds),
    transitions: attempt.transitions,
  };
}

function idsOf([answerId, ...otherIds]: readonly string[]): Pick<AttemptTrace, 'answerId' | 'otherIds'> {
  if (answerId === undefined) return {};
  return otherIds.length > 0 ? { answerId, otherIds } : { answerId };
}

function outcomeOf(end: AttemptEnd): AttemptOutcome {
  switch (end.kind) {
    case 'answered':
      return 'succeeded';
    case 'gone':
    case 'outrun':
      return 'aborted';
    case 'failed':
    case 'broken':
      return 'failed';
  }
}

function readFailure(failure: ClassifiedFailure, redact: (text: string) => string): AttemptFailure {
  return {
    class: failure.class,
    fault: FAULT_OF[failure.class],
    message: redact(failure.message).slice(0, MAX_MESSAGE),
    ...(failure.code === undefined ? {} : { code: failure.code }),
    ...(failure.retryAfterMs === undefined ? {} : { retryAfterMs: failure.retryAfterMs }),
  };
}
