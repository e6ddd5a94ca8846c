/** An answer that a provider gives without asking a model. */
export interface PlainAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

/** How a provider spells what is not a model's answer. */
export interface Dialect {
  /** The header that names the account behind a key. */
  readonly accountHeader: string;
  readonly models: (ids: readonly string[]) => object;
  readonly unknownKey: (secret: string) => PlainAnswer;
  readonly rateLimited: (
    model: string,
    organization: string,
    limit: number,
    waitSeconds: number,
  ) => PlainAnswer;
}

const CREATED = 1_763_900_000;

/** As in OpenAI's "Error codes" and "Rate limits" guides; the key is masked as OpenAI masks it. */
export const OPENAI: Dialect = {
  accountHeader: 'openai-organization',
  models: (ids) => ({
    object: 'list',
    data: ids.map((id) => ({ id, object: 'model', created: CREATED, owned_by: 'system' })),
  }),
  unknownKey: (secret) => ({
    status: 401,
    body: {
      error: {
        message: `Incorrect API key provided: ${secret.slice(0, 8)}*****${secret.slice(-4)}.`,
        type: 'invalid_request_error',
        param: null,
        code: 'invalid_api_key',
      },
    },
  }),
  rateLimited: (model, organization, limit, waitSeconds) => ({
    status: 429,
    headers: { 'retry-after': String(waitSeconds), 'retry-after-ms': String(waitSeconds * 1000) },
    body: {
      error: {
        message: `Rate limit reached for ${model} in organization ${organization} on requests per min (RPM): Limit ${limit}, Used ${limit}, Requested 1. Please try again in ${waitSeconds}s.`,
        type: 'requests',
        param: null,
        code: 'rate_limit_exceeded',
      },
    },
  }),
};

/** As in Anthropic's "Errors" and "List models" pages. */
export const ANTHROPIC: Dialect = {
  accountHeader: 'anthropic-organization-id',
  models: (ids) => ({
    data: ids.map((id) => ({ type: 'model', id, display_name: id, created_at: '2026-01-01T00:00:00Z' })),
    has_more: false,
    first_id: ids[0] ?? null,
    last_id: ids.at(-1) ?? null,
  }),
  unknownKey: () => anthropicError(401, 'authentication_error', 'invalid x-api-key'),
  rateLimited: (_model, _organization, limit, waitSeconds) =>
    anthropicError(
      429,
      'rate_limit_error',
      `This request would exceed your organization's rate limit of ${limit} requests per minute.`,
      { 'retry-after': String(waitSeconds) },
    ),
};

function anthropicError(
  status: number,
  type: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): PlainAnswer {
  return { status, headers, body: { type: 'error', error: { type, message } } };
}
