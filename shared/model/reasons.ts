/** Why an attempt failed. Closed: every provider adapter maps onto these. */
export type FailureClass =
  | 'rate_limited'
  | 'quota_exhausted'
  | 'key_invalid'
  | 'permission_denied'
  | 'model_unavailable'
  | 'overloaded'
  | 'server_error'
  | 'timeout'
  | 'network'
  | 'stream_cut'
  | 'stream_error'
  | 'invalid_request'
  | 'context_length'
  | 'content_filter'
  | 'reasoning_unreadable';

/** Who has to act on a failure. */
export type Fault = 'my_key' | 'my_account' | 'provider' | 'my_request';

/** Whose fault a failure of each class is. Exhaustive by its type. */
export const FAULT_OF: Readonly<Record<FailureClass, Fault>> = {
  rate_limited: 'my_account',
  quota_exhausted: 'my_account',
  key_invalid: 'my_key',
  permission_denied: 'my_key',
  model_unavailable: 'my_key',
  overloaded: 'provider',
  server_error: 'provider',
  timeout: 'provider',
  network: 'provider',
  stream_cut: 'provider',
  stream_error: 'provider',
  invalid_request: 'my_request',
  context_length: 'my_request',
  content_filter: 'my_request',
  reasoning_unreadable: 'my_request',
};

/** Why a key that exists was not a candidate. */
export type SkipReason =
  | 'disabled'
  | 'invalid'
  | 'throttled'
  | 'exhausted'
  | 'probe_in_flight'
  | 'provider_unavailable'
  | 'model_not_served'
  | 'protocol_not_spoken'
  | 'not_pinned'
  | 'other_team'
  | 'other_account'
  | 'model_denied'
  | 'policy'
  | 'region'
  | 'unreliable'
  | 'too_expensive'
  | 'price_unknown'
  | 'unbounded'
  | 'quota'
  | 'limit_spent'
  | 'predicted_exhaustion';

/** Stable codes of the errors that the router itself answers with, in every dialect. */
export type ErrorCode =
  | 'malformed_json'
  | 'duplicate_field'
  | 'missing_model'
  | 'invalid_request'
  | 'untranslatable'
  | 'token_missing'
  | 'token_invalid'
  | 'token_expired'
  | 'role_insufficient'
  | 'prices_unavailable'
  | 'host_not_allowed'
  | 'origin_not_allowed'
  | 'path_unknown'
  | 'path_forbidden'
  | 'method_not_allowed'
  | 'body_too_large'
  | 'body_timeout'
  | 'unsupported_encoding'
  | 'no_key_for_model'
  | 'model_not_allowed'
  | 'all_keys_throttled'
  | 'all_keys_exhausted'
  | 'all_keys_invalid'
  | 'all_keys_disabled'
  | 'all_attempts_failed'
  | 'outcome_unknown'
  | 'budget_exceeded'
  | 'quota_exceeded'
  | 'policy_forbids'
  | 'account_bound'
  | 'deadline_exceeded'
  | 'store_unavailable'
  | 'upstream_cut'
  | 'shutting_down'
  | 'not_found'
  | 'conflict'
  | 'key_placeholder'
  | 'key_refused'
  | 'billing_key'
  | 'subscription_login'
  | 'provider_unreachable'
  | 'internal';
