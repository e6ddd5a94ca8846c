import type { ProviderKind } from '../../../shared/model/records.ts';
import type { FailureClass } from '../../../shared/model/reasons.ts';
import type { LimitDimension } from '../../../shared/model/states.ts';
import type { Protocol } from '../../../shared/model/trace.ts';
import type { HeaderMap } from './upstream.ts';

/** One limit as a response's headers report it. */
export interface LimitReading {
  readonly dimension: Exclude<LimitDimension, 'credit' | 'availability'>;
  readonly limit: number;
  readonly remaining: number;
  /** When the limit is full again, ms since the epoch; `null` where not said. */
  readonly resetAt: number | null;
}

/** A failed answer, in the router's words. */
export interface ClassifiedFailure {
  readonly class: FailureClass;
  /** The limit that was hit, where the provider says so. */
  readonly dimension?: LimitDimension;
  /** Whether every model is affected rather than this one's family. */
  readonly wholeAccount?: boolean;
  /** `key`: the limit is this key's own, although its account has other keys. */
  readonly owner?: 'key';
  /** How long the provider asks to wait, ms. */
  readonly retryAfterMs?: number;
  readonly code?: string;
  readonly message: string;
}

/** Knows how one kind of provider authenticates, reports errors, limits and usage. Pure: no I/O, no clock. */
export interface ProviderAdapter {
  readonly kind: ProviderKind;
  /** Protocols this provider speaks itself; others would need translation. */
  readonly protocols: ReadonlySet<Protocol>;
  authHeaders(secret: string): Readonly<Record<string, string>>;
  /** Headers that the provider requires, sent where the caller did not set them. */
  readonly defaultHeaders?: Readonly<Record<string, string>>;
  /** Caller headers that must not reach the provider because they belong to an account. Lower case. */
  readonly accountHeaders: ReadonlySet<string>;
  /** Path below the base URL for a protocol. */
  path(protocol: Protocol): string;
  /** Path of the free model listing, and how to read its JSON; `null`: not a listing. */
  readonly modelsPath: string;
  readModels(json: unknown): readonly string[] | null;
  /** Whether a model of this name is this provider's own, when no listing says so. */
  servesByName(model: string): boolean;
  /** The models that share one limit with this one. */
  family(model: string): string;
  classify(status: number, headers: HeaderMap, body: string, now: number): ClassifiedFailure;
  readLimits(headers: HeaderMap, now: number): readonly LimitReading[];
  /** The account that the response says it was billed to; `null` if it does not say. */
  readAccount(headers: HeaderMap): string | null;
  /** The provider's own id of the request, for its support. */
  readRequestId(headers: HeaderMap): string | null;
  /** Why a secret can't be a key of this provider (a placeholder, a subscription login); `null` if it may be. */
  refuseSecret(
    secret: string,
  ): { readonly code: 'key_placeholder' | 'subscription_login'; readonly message: string } | null;
}
