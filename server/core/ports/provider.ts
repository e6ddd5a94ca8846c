import type { ProviderKind, ProviderRecord } from '../../../shared/model/records.ts';
import type { FailureClass } from '../../../shared/model/reasons.ts';
import type { LimitDimension } from '../../../shared/model/states.ts';
import type { Protocol } from '../../../shared/model/trace.ts';
import type { BillingReader } from './billing.ts';
import type { HeaderMap, UpstreamRequest } from './upstream.ts';

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

/** A request that is about to be put into the provider's form. */
export interface ProviderRequest {
  readonly protocol: Protocol;
  /** As the provider calls it. */
  readonly model: string;
  readonly stream: boolean;
  /** The caller's headers. */
  readonly headers: HeaderMap;
  /** The caller's query with its question mark, without credentials; empty where the caller spoke another protocol. */
  readonly query: string;
  readonly body: Uint8Array;
  readonly provider: ProviderRecord;
  /** Of the `-other` protocols: the path as the caller wrote it (`RequestTarget.path`). */
  readonly target?: string;
}

/** What a signature or a token adds to a request, or why there is none. */
export type Authorization =
  | { readonly ok: true; readonly headers: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly failure: ClassifiedFailure };

/** Turns the pieces of an answer in a framing of the provider's own into server-sent events. Never throws. */
export interface AnswerDecoder {
  push(chunk: Uint8Array): Uint8Array;
}

/** Why a secret can't be a key of a provider. `billing_key`: it can't answer requests, but may read the bill. */
export interface SecretRefusal {
  readonly code: 'key_placeholder' | 'subscription_login' | 'billing_key';
  readonly message: string;
}

/**
 * Knows how one kind of provider authenticates, reports errors, limits and usage. Pure but for `authorize`: no I/O, no
 * clock.
 */
export interface ProviderAdapter {
  readonly kind: ProviderKind;
  /** Protocols this provider speaks itself; others would need translation. */
  readonly protocols: ReadonlySet<Protocol>;
  /** Those that one model speaks, of a provider whose models differ in it. */
  protocolsOf?(model: string): ReadonlySet<Protocol>;
  /** What requests are translated to if they have to be, of a provider that also imitates others' protocols. */
  readonly ownProtocol?: Protocol;
  /** Its servers imitate another provider: requests that name no model go to it only where that one has no key. */
  readonly imitates?: true;
  /** What a secret alone tells; the protocol is `null` for the model listing. */
  authHeaders(secret: string, protocol: Protocol | null): Readonly<Record<string, string>>;
  /** What depends on the finished request or has to be fetched: a signature, a token. Never rejects. */
  authorize?(request: UpstreamRequest, secret: string, provider: ProviderRecord): Promise<Authorization>;
  /** Headers that the provider requires, sent where the caller did not set them. */
  readonly defaultHeaders?: Readonly<Record<string, string>>;
  /** Caller headers that must not reach the provider: they belong to an account, or stand in the body there. Lower case. */
  readonly withheldHeaders: ReadonlySet<string>;
  /** The provider's name of a model, of those that the key lists (`null`: no listing); the same if left out. */
  nameOf?(model: string, listed: readonly string[] | null): string;
  /** Other names by which callers ask for a listed model. */
  callNames?(listed: string): readonly string[];
  /** Path below the base URL, with its query. */
  path(request: ProviderRequest): string;
  /** The body as the provider takes it; the caller's bytes if left out. */
  editBody?(request: ProviderRequest): Uint8Array;
  /** For answers that are no server-sent events although they stream; `null` for all others. */
  decoder?(headers: HeaderMap): AnswerDecoder | null;
  /** Where the free model listing is, and how to read its JSON; `null`: not a listing. */
  modelsUrl(provider: ProviderRecord): string;
  readModels(json: unknown): readonly string[] | null;
  /** A good key may be forbidden to list models (a cloud's roles): that says nothing against it. */
  readonly listingNeedsRights?: true;
  /** Whether a model of this name is this provider's own, when no listing says so. */
  servesByName(model: string): boolean;
  /** Whether a provider at this address has no models but those: a key without a listing is asked for no others. */
  servesOnlyItsNames?(baseUrl: string): boolean;
  /** The models that share one limit with this one. */
  family(model: string): string;
  classify(status: number, headers: HeaderMap, body: string, now: number): ClassifiedFailure;
  readLimits(headers: HeaderMap, now: number): readonly LimitReading[];
  /** The account that the response says it was billed to; `null` if it does not say. */
  readAccount(headers: HeaderMap): string | null;
  /** The provider's own id of the request, for its support. */
  readRequestId(headers: HeaderMap): string | null;
  /** What to keep of a credential that is pasted in a form that is no header's value, such as a JSON file. */
  readSecret?(pasted: string): string;
  /** Why a secret can't be a key of this provider (a placeholder, a login, an admin key); `null` if it may be. */
  refuseSecret(secret: string): SecretRefusal | null;
  /** How the provider tells what it billed; `null`, as if left out: it has no API for that, or none that is known. */
  billing?(provider: ProviderRecord): BillingReader | null;
}
