import assert from 'node:assert/strict';
import type { ClassifiedFailure } from '../../../server/core/ports/provider.ts';
import type { HeaderMap } from '../../../server/core/ports/upstream.ts';
import { classifyAnthropic } from '../../../server/providers/anthropic-errors.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const DAY = 24 * 3600 * 1000;
const ERRORS = 'platform.claude.com/docs/en/api/errors';

interface Case {
  readonly name: string;
  /** Where the bytes come from. */
  readonly source: string;
  readonly status: number;
  readonly headers?: HeaderMap;
  readonly error: object;
  readonly is: Omit<ClassifiedFailure, 'message'>;
}

const creditGone = { class: 'quota_exhausted', dimension: 'credit', wholeAccount: true } as const;

const CASES: readonly Case[] = [
  {
    name: 'a wrong key',
    source: ERRORS,
    status: 401,
    error: { type: 'authentication_error', message: 'invalid x-api-key' },
    is: { class: 'key_invalid', code: 'authentication_error' },
  },
  {
    name: 'a problem of billing',
    source: ERRORS,
    status: 402,
    error: { type: 'billing_error', message: "There's an issue with your billing." },
    is: { ...creditGone, code: 'billing_error' },
  },
  {
    name: 'credit that ran out, as a wrong request',
    source: 'portkey.ai/error-library/account-billing-error-10155',
    status: 400,
    error: {
      type: 'invalid_request_error',
      message: 'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.',
    },
    is: { ...creditGone, code: 'invalid_request_error' },
  },
  {
    name: "the organisation's own spending limit, until the day it names",
    source: 'github.com/anthropics/claude-code/issues/38035',
    status: 400,
    error: {
      type: 'invalid_request_error',
      message:
        'You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.',
    },
    is: { ...creditGone, code: 'invalid_request_error', retryAfterMs: 6.5 * DAY },
  },
  {
    name: "a workspace's own spending limit, which is not the organisation's",
    source: 'developersdigest.tech/errors/api/anthropic-api/400-spend-limit-reached',
    status: 400,
    error: {
      type: 'invalid_request_error',
      message:
        'You have reached your specified workspace API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.',
    },
    is: { ...creditGone, owner: 'key', code: 'invalid_request_error', retryAfterMs: 6.5 * DAY },
  },
  {
    name: 'the enforced monthly cap, until the month is over',
    source: 'developersdigest.tech/errors/api/anthropic-api/429-enforced-spend-limit-reached',
    status: 429,
    error: {
      type: 'rate_limit_error',
      message: 'Your organization reached its monthly spend cap.',
      details: { error_code: 'enforced_spend_limit_reached' },
    },
    is: { ...creditGone, code: 'enforced_spend_limit_reached', retryAfterMs: 6.5 * DAY },
  },
  {
    name: 'too many requests',
    source: 'platform.claude.com/docs/en/api/rate-limits',
    status: 429,
    headers: {
      'retry-after': '20',
      'anthropic-ratelimit-requests-remaining': '0',
      'anthropic-ratelimit-input-tokens-remaining': '40000',
    },
    error: { type: 'rate_limit_error', message: 'This request would exceed 50 requests per minute.' },
    is: { class: 'rate_limited', dimension: 'requests', code: 'rate_limit_error', retryAfterMs: 20_000 },
  },
  {
    name: 'too many input tokens',
    source: 'platform.claude.com/docs/en/api/rate-limits',
    status: 429,
    headers: {
      'anthropic-ratelimit-requests-remaining': '49',
      'anthropic-ratelimit-input-tokens-remaining': '0',
    },
    error: { type: 'rate_limit_error', message: 'This request would exceed your rate limit.' },
    is: { class: 'rate_limited', dimension: 'input_tokens', code: 'rate_limit_error' },
  },
  {
    name: 'too many output tokens',
    source: 'platform.claude.com/docs/en/api/rate-limits',
    status: 429,
    headers: { 'anthropic-ratelimit-output-tokens-remaining': '0' },
    error: { type: 'rate_limit_error', message: 'This request would exceed your rate limit.' },
    is: { class: 'rate_limited', dimension: 'output_tokens', code: 'rate_limit_error' },
  },
  {
    name: 'a limit that no header names',
    source: 'github.com/anthropics/claude-code/issues/71670',
    status: 429,
    error: {
      type: 'rate_limit_error',
      message: "This request would exceed your account's rate limit. Please try again later.",
    },
    is: { class: 'rate_limited', dimension: 'tokens', code: 'rate_limit_error' },
  },
  {
    name: 'an overload',
    source: 'docs.llmgateway.io/troubleshooting/anthropic-529-overloaded',
    status: 529,
    error: { type: 'overloaded_error', message: 'Overloaded' },
    is: { class: 'overloaded', code: 'overloaded_error' },
  },
  {
    name: 'a key without permission',
    source: ERRORS,
    status: 403,
    error: { type: 'permission_error', message: 'Your API key does not have permission.' },
    is: { class: 'permission_denied', code: 'permission_error' },
  },
  {
    name: 'a model that does not exist',
    source: ERRORS,
    status: 404,
    error: { type: 'not_found_error', message: 'model: claude-nope-1' },
    is: { class: 'model_unavailable', code: 'not_found_error' },
  },
  {
    name: 'a file that does not exist',
    source: ERRORS,
    status: 404,
    error: { type: 'not_found_error', message: 'File file_011 was not found.' },
    is: { class: 'invalid_request', code: 'not_found_error' },
  },
  {
    name: 'a prompt that is too long',
    source: 'github.com/whoz-oss/coday/issues/26',
    status: 400,
    error: { type: 'invalid_request_error', message: 'prompt is too long: 207791 tokens > 200000 maximum' },
    is: { class: 'context_length', code: 'invalid_request_error' },
  },
  {
    name: 'a prompt that is too long with its output',
    source: 'github.com/docker/docker-agent/issues/569',
    status: 400,
    error: {
      type: 'invalid_request_error',
      message: 'input length and `max_tokens` exceed context limit: 178959 + 64000 > 200000',
    },
    is: { class: 'context_length', code: 'invalid_request_error' },
  },
  {
    name: 'a body that is too large',
    source: ERRORS,
    status: 413,
    error: { type: 'request_too_large', message: 'Request exceeds the maximum size' },
    is: { class: 'invalid_request', code: 'request_too_large' },
  },
  {
    name: 'a conflict',
    source: ERRORS,
    status: 409,
    error: { type: 'conflict_error', message: 'Conflict.' },
    is: { class: 'invalid_request', code: 'conflict_error' },
  },
  {
    name: 'a wrong request',
    source: ERRORS,
    status: 400,
    error: { type: 'invalid_request_error', message: 'max_tokens: Field required' },
    is: { class: 'invalid_request', code: 'invalid_request_error' },
  },
  {
    name: 'a time-out',
    source: ERRORS,
    status: 504,
    error: { type: 'timeout_error', message: 'Request timed out.' },
    is: { class: 'timeout', code: 'timeout_error' },
  },
  {
    name: 'an error of the server',
    source: ERRORS,
    status: 500,
    error: { type: 'api_error', message: 'Internal server error' },
    is: { class: 'server_error', code: 'api_error' },
  },
];

describe("an error of Anthropic's", () => {
  for (const { name, source, status, headers, error, is } of CASES) {
    it(`is ${is.class.replaceAll('_', ' ')}: ${name} (${source})`, () => {
      const body = JSON.stringify({ type: 'error', error, request_id: 'req_011CSHoEeqs5C35K2UUqR7Fy' });
      const { message, ...found } = classifyAnthropic(status, headers ?? {}, body, NOW);
      assert.deepEqual(found, is);
      assert.equal(message, (error as { message: string }).message);
    });
  }

  for (const [status, found] of [
    [400, 'invalid_request'],
    [401, 'key_invalid'],
    [402, 'quota_exhausted'],
    [403, 'permission_denied'],
    [413, 'invalid_request'],
    [429, 'rate_limited'],
    [500, 'server_error'],
    [502, 'server_error'],
    [503, 'overloaded'],
    [504, 'timeout'],
    [529, 'overloaded'],
  ] as const) {
    it(`goes by its status ${status} where there is no body`, () => {
      for (const body of ['', '<html>', '{"type":"error"}', '{"error":5}']) {
        const failure = classifyAnthropic(status, {}, body, NOW);
        assert.equal(failure.class, found);
        assert.equal(failure.message, `The provider answered HTTP ${status} without a message.`);
      }
    });
  }

  it('pauses to the end of the year in December', () => {
    const december = Date.UTC(2026, 11, 31, 23);
    const body = JSON.stringify({
      error: {
        type: 'rate_limit_error',
        message: 'x',
        details: { error_code: 'enforced_spend_limit_reached' },
      },
    });
    assert.equal(classifyAnthropic(429, {}, body, december).retryAfterMs, 3600 * 1000);
  });
});
