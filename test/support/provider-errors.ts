import { event } from './anthropic-answers.ts';
import { jsonReply, write, type Reply, type Step } from './script.ts';

/** One limit as OpenAI reports it; `reset` is a Go duration such as `6m0s`. */
export interface OpenaiLimit {
  readonly limit: number;
  readonly remaining: number;
  readonly reset: string;
}

/**
 * OpenAI's limit headers and the account that was billed
 * (https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers).
 */
export function openaiLimitHeaders(options: {
  readonly requests?: OpenaiLimit;
  readonly tokens?: OpenaiLimit;
  readonly organization?: string;
  readonly project?: string;
}): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of ['requests', 'tokens'] as const) {
    const limit = options[name];
    if (!limit) continue;
    headers[`x-ratelimit-limit-${name}`] = String(limit.limit);
    headers[`x-ratelimit-remaining-${name}`] = String(limit.remaining);
    headers[`x-ratelimit-reset-${name}`] = limit.reset;
  }
  if (options.organization !== undefined) headers['openai-organization'] = options.organization;
  if (options.project !== undefined) headers['openai-project'] = options.project;
  return headers;
}

/** One limit as Anthropic reports it; `reset` is an RFC 3339 time. */
export interface AnthropicLimit {
  readonly limit: number;
  readonly remaining: number;
  readonly reset: string;
}

/** Anthropic's limit headers (https://platform.claude.com/docs/en/api/rate-limits#response-headers). */
export function anthropicLimitHeaders(options: {
  readonly requests?: AnthropicLimit;
  readonly tokens?: AnthropicLimit;
  readonly 'input-tokens'?: AnthropicLimit;
  readonly 'output-tokens'?: AnthropicLimit;
  readonly organization?: string;
}): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of ['requests', 'tokens', 'input-tokens', 'output-tokens'] as const) {
    const limit = options[name];
    if (!limit) continue;
    headers[`anthropic-ratelimit-${name}-limit`] = String(limit.limit);
    headers[`anthropic-ratelimit-${name}-remaining`] = String(limit.remaining);
    headers[`anthropic-ratelimit-${name}-reset`] = limit.reset;
  }
  if (options.organization !== undefined) headers['anthropic-organization-id'] = options.organization;
  return headers;
}

/** An error in OpenAI's shape (https://platform.openai.com/docs/guides/error-codes/api-errors). */
export function openaiError(
  status: number,
  error: { readonly type: string; readonly code: string | null; readonly message: string },
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return jsonReply(
    status,
    { error: { message: error.message, type: error.type, param: null, code: error.code } },
    { headers },
  );
}

/** Too many requests or tokens in the minute; the message as in https://github.com/Aider-AI/aider/issues/3265. */
export function openaiRateLimited(
  options: { readonly dimension?: 'requests' | 'tokens'; readonly retryAfterSeconds?: number } = {},
): Reply {
  const { dimension = 'requests', retryAfterSeconds = 20 } = options;
  return openaiError(
    429,
    {
      type: dimension,
      code: 'rate_limit_exceeded',
      message: `Rate limit reached for gpt-4o in organization org-simulated on ${dimension} per min: Limit 500, Used 500, Requested 1. Please try again in ${retryAfterSeconds}s.`,
    },
    { 'retry-after': String(retryAfterSeconds), 'retry-after-ms': String(retryAfterSeconds * 1000) },
  );
}

/** A 429 that no waiting helps: the account's money or plan has run out. */
export function openaiOutOfCredit(): Reply {
  return openaiError(429, {
    type: 'insufficient_quota',
    code: 'insufficient_quota',
    message:
      'You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.',
  });
}

/** A refused key, with OpenAI's own masking of it (https://github.com/Helicone/helicone/issues/2771). */
export function openaiInvalidKey(): Reply {
  return openaiError(401, {
    type: 'invalid_request_error',
    code: 'invalid_api_key',
    message:
      'Incorrect API key provided: sk-simul*****lated. You can find your API key at https://platform.openai.com/account/api-keys.',
  });
}

/** A request that no other key would make shorter. */
export function openaiContextTooLong(): Reply {
  return openaiError(400, {
    type: 'invalid_request_error',
    code: 'context_length_exceeded',
    message:
      "This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens. Please reduce the length of the messages.",
  });
}

/** An error in Anthropic's shape (https://platform.claude.com/docs/en/api/errors). */
function anthropicError(
  status: number,
  error: { readonly type: string; readonly message: string; readonly details?: object },
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return jsonReply(status, { type: 'error', error, request_id: 'req_simulated_error' }, { headers });
}

export function anthropicRateLimited(retryAfterSeconds = 20): Reply {
  return anthropicError(
    429,
    {
      type: 'rate_limit_error',
      message: 'This request would exceed the rate limit for your organization of 50 requests per minute.',
    },
    { 'retry-after': String(retryAfterSeconds) },
  );
}

/** 529: everybody's requests, not this key's (https://platform.claude.com/docs/en/api/errors#http-errors). */
export function anthropicOverloaded(): Reply {
  return anthropicError(529, { type: 'overloaded_error', message: 'Overloaded' });
}

export function anthropicInvalidKey(): Reply {
  return anthropicError(401, { type: 'authentication_error', message: 'invalid x-api-key' });
}

/** An error in a stream that began with status 200 (.../build-with-claude/streaming#error-events). */
export function anthropicErrorEvent(type = 'overloaded_error', message = 'Overloaded'): Step {
  return write(event('error', { error: { type, message } }));
}
