import type { ClassifiedFailure } from '../core/ports/provider.ts';
import type { HeaderMap } from '../core/ports/upstream.ts';
import type { FailureClass } from '../../shared/model/reasons.ts';
import { asText, parseObject } from '../protocol/read-json.ts';
import { classifyAnthropic } from './anthropic-errors.ts';
import { classifyOpenai } from './openai-errors.ts';
import { headerText, retryAfterMs } from './reset-time.ts';

/** docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html#API_runtime_InvokeModel_Errors */
const CLASSES: Readonly<Record<string, FailureClass>> = {
  ThrottlingException: 'rate_limited',
  ServiceQuotaExceededException: 'quota_exhausted',
  ModelNotReadyException: 'overloaded',
  ServiceUnavailableException: 'overloaded',
  ModelTimeoutException: 'timeout',
  ModelErrorException: 'server_error',
  ModelStreamErrorException: 'server_error',
  InternalServerException: 'server_error',
  ResourceNotFoundException: 'model_unavailable',
  AccessDeniedException: 'permission_denied',
  UnrecognizedClientException: 'key_invalid',
  InvalidSignatureException: 'key_invalid',
  IncompleteSignatureException: 'key_invalid',
  MissingAuthenticationTokenException: 'key_invalid',
  ExpiredTokenException: 'key_invalid',
};

/** Classes of Bedrock's errors: named by a header, or in Anthropic's or OpenAI's form from what stands behind it. */
export function classifyBedrock(
  status: number,
  headers: HeaderMap,
  body: string,
  now: number,
): ClassifiedFailure {
  const answer = parseObject(body.trimStart());
  if (answer?.['error'] !== undefined) {
    return answer['type'] === 'error' || status === 500
      ? classifyAnthropic(status, headers, body, now)
      : classifyOpenai(status, headers, body, now);
  }
  const code =
    headerText(headers, 'x-amzn-errortype')?.split(':')[0] ?? asText(answer?.['__type']) ?? undefined;
  const said = asText(answer?.['message']) ?? asText(answer?.['Message']);
  const message = said ?? `The provider answered HTTP ${status} without a message.`;
  const wait = retryAfterMs(headers, now);
  const shared = {
    message,
    ...(code === undefined ? {} : { code }),
    ...(wait === null ? {} : { retryAfterMs: wait }),
  };
  if (/Signature (?:expired|not yet current)/i.test(message)) {
    return { ...shared, class: 'invalid_request', message: `${message} Set this computer's clock.` };
  }
  if (/API Key is valid|security token included in the request is (?:invalid|expired)/i.test(message)) {
    return { ...shared, class: 'key_invalid' };
  }
  if (/input is too long|too many input tokens|prompt is too long/i.test(message)) {
    return { ...shared, class: 'context_length' };
  }
  if (/model identifier is invalid|on-demand throughput isn.t supported/i.test(message)) {
    return { ...shared, class: 'model_unavailable' };
  }
  const found = (code === undefined ? undefined : CLASSES[code]) ?? byStatus(status);
  if (found === 'rate_limited' || found === 'quota_exhausted') {
    return { ...shared, ...limitOf(found, message) };
  }
  return { ...shared, class: found };
}

/** Quotas are kept for each account, region and model, in tokens and requests a minute and in tokens a day. */
function limitOf(
  found: 'rate_limited' | 'quota_exhausted',
  message: string,
): Pick<ClassifiedFailure, 'class' | 'dimension'> {
  const dimension = /token/i.test(message) ? 'tokens' : 'requests';
  return { class: /per day/i.test(message) ? 'quota_exhausted' : found, dimension };
}

function byStatus(status: number): FailureClass {
  if (status === 401) return 'key_invalid';
  if (status === 403) return 'permission_denied';
  if (status === 408 || status === 504) return 'timeout';
  if (status === 429) return 'rate_limited';
  if (status === 503) return 'overloaded';
  return status >= 500 ? 'server_error' : 'invalid_request';
}
