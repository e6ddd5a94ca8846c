import type { ErrorCode } from '../../shared/model/reasons.ts';
import type { Trace } from '../../shared/model/trace.ts';
import { asObject, asText, parseObject } from '../protocol/read-json.ts';
import type { AnswerChannel } from './answer-channel.ts';
import { type RoutingError, toRoutingError } from './errors.ts';

/** The error of a request that did not succeed, from what a caller over HTTP would have been told. */
export function failureOf(trace: Trace, channel: AnswerChannel): RoutingError {
  const told = asObject(parseObject(channel.text)?.['error']);
  const failed = trace.attempts.findLast((attempt) => attempt.failure)?.failure;
  const code: ErrorCode = trace.errorCode ?? 'all_attempts_failed';
  const message = asText(told?.['message']) ?? failed?.message ?? `The request ended with ${trace.outcome}.`;
  const wait = Number(channel.headers['retry-after']);
  const retry = Number.isFinite(wait) ? { retryAfterMs: wait * 1000 } : {};
  return toRoutingError(trace, { code, message, ...retry });
}
