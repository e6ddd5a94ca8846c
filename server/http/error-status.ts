import type { ErrorCode } from '../../shared/model/reasons.ts';
import { RouterError } from '../core/router-error.ts';

const STATUS: Readonly<Record<ErrorCode, number>> = {
  malformed_json: 400,
  duplicate_field: 400,
  missing_model: 400,
  invalid_request: 400,
  untranslatable: 400,
  token_missing: 401,
  token_invalid: 401,
  token_expired: 401,
  role_insufficient: 403,
  prices_unavailable: 502,
  host_not_allowed: 403,
  origin_not_allowed: 403,
  path_unknown: 404,
  path_forbidden: 403,
  method_not_allowed: 405,
  body_too_large: 413,
  body_timeout: 408,
  unsupported_encoding: 415,
  no_key_for_model: 404,
  model_not_allowed: 403,
  all_keys_throttled: 429,
  all_keys_exhausted: 429,
  all_keys_invalid: 503,
  all_keys_disabled: 503,
  all_attempts_failed: 502,
  outcome_unknown: 502,
  budget_exceeded: 402,
  quota_exceeded: 429,
  policy_forbids: 403,
  account_bound: 404,
  deadline_exceeded: 504,
  store_unavailable: 503,
  upstream_cut: 502,
  shutting_down: 503,
  not_found: 404,
  conflict: 409,
  key_placeholder: 422,
  key_refused: 422,
  billing_key: 422,
  subscription_login: 422,
  provider_unreachable: 502,
  internal: 500,
};

/** The HTTP status of each code: the one place where they meet. */
export function statusOfCode(code: ErrorCode): number {
  return STATUS[code];
}

/** Any thrown value as code and sentence; what was not thrown on purpose stays inside. */
export function describeError(error: unknown): { readonly code: ErrorCode; readonly message: string } {
  if (error instanceof RouterError) return { code: error.code, message: error.message };
  return { code: 'internal', message: 'Something went wrong inside the router; its log says what.' };
}
