import { asObject, asText } from '../read-json.ts';
import type { FailureKind } from './answer-event.ts';

/** How each kind of failure is called in the dialects, and its HTTP status. */
interface KindNames {
  readonly status: number;
  /** `error.type` (platform.claude.com/docs/en/api/errors). */
  readonly anthropic: string;
  /** `error.type` and `error.code` (platform.openai.com/docs/guides/error-codes). */
  readonly openai: { readonly type: string; readonly code: string };
  /** `error.status` (ai.google.dev/gemini-api/docs/troubleshooting). */
  readonly gemini: string;
}

/** The one table of failures. */
export const FAILURES: Readonly<Record<FailureKind, KindNames>> = {
  invalid_request: {
    status: 400,
    anthropic: 'invalid_request_error',
    openai: { type: 'invalid_request_error', code: 'invalid_request' },
    gemini: 'INVALID_ARGUMENT',
  },
  authentication: {
    status: 401,
    anthropic: 'authentication_error',
    openai: { type: 'authentication_error', code: 'invalid_api_key' },
    gemini: 'UNAUTHENTICATED',
  },
  billing: {
    status: 402,
    anthropic: 'billing_error',
    openai: { type: 'insufficient_quota', code: 'insufficient_quota' },
    gemini: 'RESOURCE_EXHAUSTED',
  },
  permission: {
    status: 403,
    anthropic: 'permission_error',
    openai: { type: 'permission_error', code: 'permission_denied' },
    gemini: 'PERMISSION_DENIED',
  },
  not_found: {
    status: 404,
    anthropic: 'not_found_error',
    openai: { type: 'not_found_error', code: 'model_not_found' },
    gemini: 'NOT_FOUND',
  },
  too_large: {
    status: 413,
    anthropic: 'request_too_large',
    openai: { type: 'invalid_request_error', code: 'request_too_large' },
    gemini: 'INVALID_ARGUMENT',
  },
  rate_limit: {
    status: 429,
    anthropic: 'rate_limit_error',
    openai: { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
    gemini: 'RESOURCE_EXHAUSTED',
  },
  overloaded: {
    status: 503,
    anthropic: 'overloaded_error',
    openai: { type: 'server_error', code: 'server_is_overloaded' },
    gemini: 'UNAVAILABLE',
  },
  timeout: {
    status: 504,
    anthropic: 'timeout_error',
    openai: { type: 'server_error', code: 'timeout' },
    gemini: 'DEADLINE_EXCEEDED',
  },
  server: {
    status: 500,
    anthropic: 'api_error',
    openai: { type: 'server_error', code: 'server_error' },
    gemini: 'INTERNAL',
  },
};

/** Words that the table doesn't have. */
const OTHER_WORDS: Readonly<Record<string, FailureKind>> = {
  context_length_exceeded: 'invalid_request',
  invalid_prompt: 'invalid_request',
  rate_limit_exceeded: 'rate_limit',
  requests: 'rate_limit',
  tokens: 'rate_limit',
  slow_down: 'overloaded',
  overloaded: 'overloaded',
  billing_hard_limit_reached: 'billing',
  credit_balance_exhausted: 'billing',
  FAILED_PRECONDITION: 'invalid_request',
};

const KINDS = Object.keys(FAILURES) as FailureKind[];

/** The kind of a failure by its HTTP status. */
function kindOfStatus(status: number): FailureKind {
  if (status === 529) return 'overloaded';
  if (status === 408) return 'timeout';
  const kind = KINDS.find((name) => FAILURES[name].status === status);
  return kind ?? (status >= 400 && status < 500 ? 'invalid_request' : 'server');
}

/** Reads an error object of any dialect; `null` if the value is none. */
export function readFailure(value: unknown): { readonly kind: FailureKind; readonly message: string } | null {
  const error = asObject(value);
  if (!error) return null;
  const message = asText(error['message']) ?? 'The provider reported an error.';
  const { code } = error;
  // A status says more than a type that stands for several (OpenRouter, Google).
  if (typeof code === 'number' && code >= 400) return { kind: kindOfStatus(code), message };
  const words = [code, error['status'], error['type']].map(asText).filter((word) => word !== null);
  const kinds = words.map(kindOfWord).filter((kind) => kind !== null);
  return { kind: kinds[0] ?? 'server', message };
}

function kindOfWord(word: string): FailureKind | null {
  if (Object.hasOwn(OTHER_WORDS, word)) return OTHER_WORDS[word] ?? null;
  const named = ({ anthropic, openai, gemini }: KindNames): boolean =>
    anthropic === word || openai.code === word || openai.type === word || gemini === word;
  // A quota that Gemini calls exhausted is most often one of a minute.
  if (word === FAILURES.rate_limit.gemini) return 'rate_limit';
  if (word === FAILURES.server.openai.type) return 'server';
  return KINDS.find((kind) => named(FAILURES[kind])) ?? null;
}
