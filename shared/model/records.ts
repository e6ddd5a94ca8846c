import type { NanoUsd } from './money.ts';
import type { Objective } from './objectives.ts';
import type { Protocol } from './trace.ts';

/**
 * How a provider is spoken to: `openai`, `anthropic`, `google`, `azure`, `bedrock`, `vertex`, `openai-compatible`, or the
 * kind of an adapter that a program brought along. A preset is a data entry that names one of these.
 */
export type ProviderKind = string;

/** Dollars a million tokens; parts that are left out cost what contains them. */
export interface PriceOverride {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
}

/** What people declare of a key; everything may be left out. */
export interface KeyMetadata {
  /** `free`, `standard`, `premium` or any other word that policies use. */
  readonly tier?: string;
  readonly region?: string;
  /** The key serves requests of this team only. */
  readonly team?: string;
  /** The provider's account: keys of one account share their quotas. Learned from answers where not declared. */
  readonly account?: string;
  readonly tags?: readonly string[];
  /** Its share under fairness, relative to other keys; 1 if left out. */
  readonly weight?: number;
  /** 0..1, for the objective `quality`. */
  readonly quality?: number;
  /** Names or patterns with `*`; no other model if given. */
  readonly allowModels?: readonly string[];
  readonly denyModels?: readonly string[];
  /** Prices by model (or pattern) that differ from the price book, e.g. of a contract. */
  readonly prices?: Readonly<Record<string, PriceOverride>>;
  /** Its requests go through this proxy, whatever the environment says: `http://[user:password@]host:port`. */
  readonly proxy?: string;
  /** Of a key that reads the bill: the projects or workspaces that nobody but this router uses. */
  readonly billingScopes?: readonly string[];
}

/** What a provider needs to be told beside its base URL. */
export interface ProviderSettings {
  /** Sent with every request, e.g. for a gateway in front of it. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The provider's own names of models: Azure's deployments, Bedrock's inference profiles. */
  readonly models?: Readonly<Record<string, string>>;
  /** Those that an OpenAI-compatible server speaks, where they are not the usual ones. */
  readonly protocols?: readonly Protocol[];
  /** What stands between base URL and endpoint, with its slash; `/v1` if left out. */
  readonly version?: string;
  /** `unasked`: it reports usage at the end of every stream, and refuses `stream_options`. */
  readonly streamUsage?: 'unasked';
  /** Azure's `api-version`; the form without versions (`/openai/v1`) if left out. */
  readonly apiVersion?: string;
  /** AWS region, where the base URL does not tell it. */
  readonly region?: string;
  /** `none`: a server that asks for no key. */
  readonly key?: 'none';
  /** The API over which an OpenAI-compatible provider tells what it billed. */
  readonly billing?: 'openrouter';
}

/** A provider as configured. `id` is the name people use: `openai`, `anthropic`, `my-vllm`. */
export interface ProviderRecord {
  readonly id: string;
  readonly kind: ProviderKind;
  readonly name: string;
  /** Origin and optional path prefix without a version: `https://api.openai.com`. */
  readonly baseUrl: string;
  readonly settings?: ProviderSettings;
  readonly createdAt: number;
}

/** A provider credential without its secret. Its id survives rotation. */
export interface KeyRecord {
  readonly id: string;
  readonly providerId: string;
  readonly name: string;
  /** Last four characters of the secret, for people to tell keys apart. */
  readonly hint: string;
  readonly enabled: boolean;
  /** `billing`: it only reads what its provider billed, and no request ever uses it. */
  readonly purpose?: 'billing';
  /** Set when the provider refused the secret; cleared by rotation or a successful check. */
  readonly invalidSince: number | null;
  readonly invalidReason: string | null;
  /** The provider's model listing when last checked; `null` where it could not be read. */
  readonly models: readonly string[] | null;
  /** Declared or learned account that this key shares its quota with; `null` while unknown. */
  readonly quotaGroup: string | null;
  readonly metadata: KeyMetadata;
  readonly createdAt: number;
  readonly checkedAt: number | null;
}

/** What a management token allows: `read` looks, `operate` also switches and raises, `admin` does everything. */
export type ManagementRole = 'read' | 'operate' | 'admin';

/** A token of the management API. Only the SHA-256 of the token is kept. */
export interface ManagementTokenRecord {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the token, lower-case hex. */
  readonly digest: string;
  readonly hint: string;
  readonly role: ManagementRole;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
}

/** The window in which a spending limit counts. Calendar windows are in the limit's time zone. */
export type SpendWindow = 'day' | 'month' | 'total';

/** The token a tool presents. Only the SHA-256 of the token is kept. */
export interface VirtualKeyRecord {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the token, lower-case hex. */
  readonly digest: string;
  readonly hint: string;
  readonly team: string | null;
  readonly project: string | null;
  readonly tool: string | null;
  readonly tags: readonly string[];
  /** Spending limit under `prevent`; `null` for none. */
  readonly limitNano: NanoUsd | null;
  readonly limitWindow: SpendWindow;
  /** What routing optimises for this caller, unless a request or a policy says otherwise. */
  readonly objective: Objective | null;
  /** Names or patterns that the tool asks for, and what is used instead: a model, `provider/model` or a model name. */
  readonly models?: Readonly<Record<string, string>>;
  /** Names or patterns with `*` that the caller may ask for, besides those of `models`; everything if left out. */
  readonly allowModels?: readonly string[];
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
}
