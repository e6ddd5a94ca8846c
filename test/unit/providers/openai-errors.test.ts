import assert from 'node:assert/strict';
import type { ClassifiedFailure } from '../../../server/core/ports/provider.ts';
import type { HeaderMap } from '../../../server/core/ports/upstream.ts';
import { classifyOpenai } from '../../../server/providers/openai-errors.ts';

const NOW = Date.UTC(2026, 10, 24, 12);

interface Case {
  readonly name: string;
  /** Where the bytes come from. */
  readonly source: string;
  readonly status: number;
  readonly headers?: HeaderMap;
  readonly body: string | object;
  readonly is: Omit<ClassifiedFailure, 'message'>;
}

const error = (fields: object): object => ({ error: fields });
const creditGone = { class: 'quota_exhausted', dimension: 'credit', wholeAccount: true } as const;

const OPENAI: readonly Case[] = [
  {
    name: 'a wrong key',
    source: 'github.com/Helicone/helicone/issues/2771',
    status: 401,
    body: error({
      message:
        'Incorrect API key provided: sk-abc*****xyz. You can find your API key at https://platform.openai.com/account/api-keys.',
      type: 'invalid_request_error',
      param: null,
      code: 'invalid_api_key',
    }),
    is: { class: 'key_invalid', code: 'invalid_api_key' },
  },
  {
    name: 'no credit, by its old code',
    source: 'platform.openai.com/docs/guides/error-codes',
    status: 429,
    body: error({
      message: 'You exceeded your current quota, please check your plan and billing details.',
      type: 'insufficient_quota',
      param: null,
      code: 'insufficient_quota',
    }),
    is: { ...creditGone, code: 'insufficient_quota' },
  },
  ...[
    'credit_balance_exhausted',
    'organization_spend_limit_exceeded',
    'project_spend_limit_exceeded',
    'organization_usage_limit_exceeded',
  ].map(
    (code): Case => ({
      name: code.replaceAll('_', ' '),
      source: 'help.openai.com/en/articles/5955604: the type may stay insufficient_quota',
      status: 429,
      body: error({ message: 'Your organization has no credit left.', type: 'insufficient_quota', code }),
      is: { ...creditGone, code },
    }),
  ),
  {
    name: 'a credit code that only the type tells',
    source: 'help.openai.com/en/articles/5955604',
    status: 429,
    body: error({ message: 'No credit.', type: 'insufficient_quota', code: 'something_new' }),
    is: { ...creditGone, code: 'something_new' },
  },
  {
    name: 'the hard limit of billing',
    source: 'legacy; mbailey/voicemode openai_error_parser.py',
    status: 400,
    body: error({
      message: 'Billing hard limit has been reached',
      type: 'invalid_request_error',
      code: 'billing_hard_limit_reached',
    }),
    is: { ...creditGone, code: 'billing_hard_limit_reached' },
  },
  {
    name: 'too many requests, with the wait in both headers',
    source: 'platform.openai.com/docs/guides/rate-limits',
    status: 429,
    headers: { 'retry-after': '2', 'retry-after-ms': '1250' },
    body: error({
      message: 'Rate limit reached for gpt-4o in organization org-x on requests per min (RPM): Limit 500.',
      type: 'requests',
      param: null,
      code: 'rate_limit_exceeded',
    }),
    is: { class: 'rate_limited', dimension: 'requests', code: 'rate_limit_exceeded', retryAfterMs: 1250 },
  },
  {
    name: 'too many tokens, with the wait in the message',
    source: 'platform.openai.com/docs/guides/rate-limits',
    status: 429,
    body: error({
      message:
        'Rate limit reached for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000. Please try again in 2s. Visit https://platform.openai.com/account/rate-limits to learn more.',
      type: 'tokens',
      param: null,
      code: 'rate_limit_exceeded',
    }),
    is: { class: 'rate_limited', dimension: 'tokens', code: 'rate_limit_exceeded', retryAfterMs: 2000 },
  },
  {
    name: 'a ramp that is too steep',
    source: 'developersdigest.tech/errors/api/openai-api',
    status: 503,
    headers: { 'retry-after': '5' },
    body: error({ message: 'Slow down.', type: 'server_error', code: 'slow_down' }),
    is: { class: 'overloaded', code: 'slow_down', retryAfterMs: 5000 },
  },
  {
    name: 'an overload with the status of a rate limit',
    source: 'developersdigest.tech/errors/api/openai-api',
    status: 429,
    body: error({ message: 'The server is overloaded.', type: 'server_error', code: 'server_is_overloaded' }),
    is: { class: 'overloaded', code: 'server_is_overloaded' },
  },
  {
    name: 'no room in the flex tier',
    source: 'dev.classmethod.jp/en/articles/openai-flex-processing: the words, no code known',
    status: 429,
    body: error({ message: '429 Resource Unavailable', type: null, code: null }),
    is: { class: 'overloaded' },
  },
  {
    name: 'a prompt that is too long',
    source: 'platform.openai.com/docs/guides/error-codes (code seen in clients)',
    status: 400,
    body: error({
      message:
        "This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens.",
      type: 'invalid_request_error',
      param: 'messages',
      code: 'context_length_exceeded',
    }),
    is: { class: 'context_length', code: 'context_length_exceeded' },
  },
  {
    name: "Azure's content filter",
    source: 'developersdigest.tech/errors/api/azure-openai',
    status: 400,
    body: error({
      message:
        "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
      type: null,
      param: 'prompt',
      code: 'content_filter',
      status: 400,
    }),
    is: { class: 'content_filter', code: 'content_filter' },
  },
  {
    name: 'a model that the key may not use',
    source: 'platform.openai.com/docs/guides/error-codes',
    status: 404,
    body: error({
      message: 'The model `gpt-6` does not exist or you do not have access to it.',
      type: 'invalid_request_error',
      param: null,
      code: 'model_not_found',
    }),
    is: { class: 'model_unavailable', code: 'model_not_found' },
  },
  {
    name: 'an address that does not exist',
    source: 'api.openai.com, unknown path',
    status: 404,
    body: error({
      message: 'Invalid URL (POST /v1/chat/completion)',
      type: 'invalid_request_error',
      param: null,
      code: null,
    }),
    is: { class: 'invalid_request', code: 'invalid_request_error' },
  },
  {
    name: 'a region that is not served',
    source: 'platform.openai.com/docs/guides/error-codes',
    status: 403,
    body: error({
      message: 'Country, region, or territory not supported',
      type: 'request_forbidden',
      param: null,
      code: 'unsupported_country_region_territory',
    }),
    is: { class: 'permission_denied', code: 'unsupported_country_region_territory' },
  },
  {
    name: 'a parameter that is wrong',
    source: 'platform.openai.com/docs/guides/error-codes',
    status: 400,
    body: error({
      message: "Unsupported parameter: 'max_tokens' is not supported with this model.",
      type: 'invalid_request_error',
      param: 'max_tokens',
      code: 'unsupported_parameter',
    }),
    is: { class: 'invalid_request', code: 'unsupported_parameter' },
  },
  {
    name: 'an error of the server',
    source: 'platform.openai.com/docs/guides/error-codes',
    status: 500,
    body: error({
      message: 'The server had an error while processing your request. Sorry about that!',
      type: 'server_error',
      param: null,
      code: null,
    }),
    is: { class: 'server_error', code: 'server_error' },
  },
];

const COMPATIBLE: readonly Case[] = [
  {
    name: 'tokens per minute at Groq',
    source: 'github.com/Aider-AI/aider/issues/3265',
    status: 429,
    body: error({
      message:
        'Rate limit reached for model `x` in organization `org_y` on tokens per minute (TPM): Limit 15000, Used 11972, Requested 4351. Please try again in 5.289s. Visit https://console.groq.com/docs/rate-limits for more information.',
      type: 'tokens',
      code: 'rate_limit_exceeded',
    }),
    is: { class: 'rate_limited', dimension: 'tokens', code: 'rate_limit_exceeded', retryAfterMs: 5289 },
  },
  {
    name: 'tokens per day at Groq',
    source: 'github.com/continuedev/continue/issues/10920',
    status: 429,
    body: error({
      message:
        'Rate limit reached for model `llama-3.3-70b-versatile` in organization `org_x` service tier `on_demand` on tokens per day (TPD): Limit 100000, Used 97050, Requested 3619. Please try again in 9m38.016s. Need more tokens?',
      type: 'tokens',
      code: 'rate_limit_exceeded',
    }),
    is: { class: 'rate_limited', dimension: 'tokens', code: 'rate_limit_exceeded', retryAfterMs: 578_016 },
  },
  {
    name: "no room in Groq's flex tier",
    source: 'console.groq.com/docs/flex-processing',
    status: 498,
    body: error({ message: 'Flex capacity exceeded.', type: 'server_error', code: 'capacity_exceeded' }),
    is: { class: 'overloaded', code: 'capacity_exceeded' },
  },
  ...(
    [
      [400, 'invalid_request'],
      [401, 'key_invalid'],
      [408, 'timeout'],
      [502, 'server_error'],
      [503, 'overloaded'],
    ] as const
  ).map(
    ([status, found]): Case => ({
      name: `status ${status} at OpenRouter, whose code is the status`,
      source: 'openrouter.ai/docs/errors',
      status,
      body: error({ code: status, message: 'No.' }),
      is: { class: found },
    }),
  ),
  {
    name: 'a rate limit at OpenRouter',
    source: 'openrouter.ai/docs/api_reference/limits',
    status: 429,
    headers: { 'retry-after': '9', 'x-ratelimit-limit': '20', 'x-ratelimit-reset': '1763985600000' },
    body: error({ code: 429, message: 'Rate limit exceeded: free-models-per-min.' }),
    is: { class: 'rate_limited', dimension: 'requests', retryAfterMs: 9000 },
  },
  {
    name: 'no credit at OpenRouter',
    source: 'openrouter.ai/docs/errors',
    status: 402,
    body: error({ code: 402, message: 'Insufficient credits.' }),
    is: creditGone,
  },
  {
    name: 'credit that running requests hold at OpenRouter',
    source: 'developersdigest.tech/errors/api/openrouter/402-in-flight-budget-exhausted',
    status: 402,
    headers: { 'retry-after': '3' },
    body: error({
      code: 402,
      message: 'In-flight budget exhausted.',
      metadata: { limit_source: 'openrouter_in_flight_budget' },
    }),
    is: { class: 'rate_limited', dimension: 'credit', wholeAccount: true, retryAfterMs: 3000 },
  },
  {
    name: 'a request that outweighs the whole budget at OpenRouter',
    source: 'developersdigest.tech/errors/api/openrouter/402-in-flight-budget-exhausted: no Retry-After',
    status: 402,
    body: error({
      code: 402,
      message: 'Weight exceeds budget.',
      metadata: { limit_source: 'openrouter_in_flight_budget', reason: 'weight_exceeds_budget' },
    }),
    is: creditGone,
  },
  {
    name: 'a prompt that OpenRouter moderated',
    source: 'openrouter.ai/docs/errors, "Moderation errors"',
    status: 403,
    body: error({
      code: 403,
      message: 'Your chosen model requires moderation and your input was flagged.',
      metadata: {
        reasons: ['violence'],
        flagged_input: 'beginning...end',
        provider_name: 'OpenAI',
        model_slug: 'openai/gpt-4o',
      },
    }),
    is: { class: 'content_filter' },
  },
  {
    name: 'a permission that is missing at OpenRouter',
    source: 'openrouter.ai/docs/errors',
    status: 403,
    body: error({ code: 403, message: 'Forbidden.' }),
    is: { class: 'permission_denied' },
  },
  {
    name: "vLLM's members at the top",
    source: 'vllm, entrypoints/openai/protocol.py ErrorResponse before 0.10',
    status: 404,
    body: {
      object: 'error',
      message: 'The model `x` does not exist.',
      type: 'NotFoundError',
      param: null,
      code: 404,
    },
    is: { class: 'model_unavailable', code: 'NotFoundError' },
  },
  {
    name: "Mistral's members at the top",
    source: 'api.mistral.ai',
    status: 429,
    body: {
      object: 'error',
      message: 'Rate limit exceeded',
      type: 'rate_limited',
      param: null,
      code: '1300',
    },
    is: { class: 'rate_limited', dimension: 'requests', code: '1300' },
  },
];

function textOf(body: string | object): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

for (const [whose, cases] of [
  ["an error of OpenAI's", OPENAI],
  ['an error of a compatible server', COMPATIBLE],
] as const) {
  describe(whose, () => {
    for (const { name, source, status, headers, body, is } of cases) {
      it(`is ${is.class.replaceAll('_', ' ')}: ${name} (${source})`, () => {
        const { message, ...found } = classifyOpenai(status, headers ?? {}, textOf(body), NOW);
        assert.deepEqual(found, is);
        assert.notEqual(message, '');
        assert.doesNotMatch(message, /^HTTP/, "the provider's own sentence is kept");
      });
    }
  });
}

describe('an error without a readable body', () => {
  for (const [body, said] of [
    ['<html>\n<h1>502 Bad Gateway</h1>\n</html>', 'HTTP 502: <html> <h1>502 Bad Gateway</h1> </html>'],
    ['', 'The provider answered HTTP 502 without a message.'],
    ['{"error":', 'HTTP 502: {"error":'],
    ['[]', 'HTTP 502: []'],
    ['{"error":"overloaded"}', 'HTTP 502: {"error":"overloaded"}'],
    ['x'.repeat(500), `HTTP 502: ${'x'.repeat(200)}`],
  ] as const) {
    it(`goes by its status and says ${said.slice(0, 40)}`, () => {
      assert.deepEqual(classifyOpenai(502, {}, body, NOW), { class: 'server_error', message: said });
    });
  }
});

describe('the wait in a message', () => {
  const wait = (message: string): number | undefined =>
    classifyOpenai(429, {}, JSON.stringify(error({ message })), NOW).retryAfterMs;

  it('is only a duration as Go writes it', () => {
    assert.equal(wait('Please try again in 6m0s.'), 360_000);
    assert.equal(wait('please try again in 20ms'), 20);
    assert.equal(wait('Please try again in 5 minutes.'), undefined);
    assert.equal(wait('Please try again in soon.'), undefined);
    assert.equal(wait('Try it again.'), undefined);
  });

  it('is never more than a month', () => {
    assert.equal(wait('Please try again in 99999h.'), 31 * 24 * 3600 * 1000);
  });
});
