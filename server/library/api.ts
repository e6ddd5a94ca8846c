import type {
  BudgetScope,
  CapacityState,
  OnInsufficient,
  QuotaDimension,
  TimeWindow,
} from '../../shared/model/limits.ts';
import type { TargetChoice } from '../../shared/model/model-names.ts';
import type { Objective, ObjectiveName } from '../../shared/model/objectives.ts';
import type { KeyMetadata, ProviderSettings } from '../../shared/model/records.ts';
import type { KeyState } from '../../shared/model/states.ts';
import type { ModelNameView, ServedModelView } from '../../shared/model/views.ts';
import type { ProviderAdapter } from '../core/ports/provider.ts';
import type { PolicyInput } from '../core/policy/policy-schema.ts';

/** One message of a conversation, as text. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** A provider: a preset by its id (`openai`, `anthropic`), or a base URL, or an adapter of one's own. */
export interface ProviderRegistration {
  /** The name by which keys and policies refer to it: lower-case letters, digits, dots and dashes. */
  readonly id: string;
  /** `https://host`, with or without `/v1`; `http://` only for this machine. A preset has its own. */
  readonly baseUrl?: string;
  /** How it is spoken to; `openai-compatible` if left out. */
  readonly kind?: 'openai' | 'anthropic' | 'google' | 'azure' | 'bedrock' | 'vertex' | 'openai-compatible';
  /** What it needs to be told beside its base URL. */
  readonly settings?: ProviderSettings;
  /**
   * Knows how the provider authenticates and reports errors, limits and usage, where none of the kinds does. Its
   * `kind` is a word of its own. To be registered again each time that a store which lasts is opened.
   */
  readonly adapter?: ProviderAdapter;
}

/** A key: its secret and what is declared of it. */
export interface KeyRegistration extends KeyMetadata {
  /** A provider's id. */
  readonly provider: string;
  readonly secret: string;
  /** Unique; the provider's id with a number if left out. */
  readonly name?: string;
  /** Models that it serves. If left out, those of the provider's listing if it is verified, else any of its names. */
  readonly models?: readonly string[];
  /** Whether the provider is asked for its models, which is free and shows whether the secret is right. Default `false`. */
  readonly verify?: boolean;
}

/** `hour`, `day`, ... in calendar terms, or a number of milliseconds to look back. */
export type WindowInput = Exclude<TimeWindow['kind'], 'rolling'> | { readonly rollingMs: number };

export interface QuotaConfiguration {
  readonly keyId: string;
  readonly timeWindow: WindowInput;
  /** In the dimension's unit; dollars for `usd`. */
  readonly totalCapacity: number;
  /** Default `requests`. */
  readonly dimension?: QuotaDimension;
  /** ms since the epoch: windows begin there and repeat. */
  readonly resetAt?: number;
  readonly timeZone?: string;
  /** A model family; all if left out. */
  readonly family?: string;
}

export interface BudgetConfiguration {
  readonly name: string;
  /** Dollars a window. */
  readonly limit: number;
  readonly timeWindow: WindowInput;
  /** For whom it counts; everything if left out. */
  readonly scope?: BudgetScope;
  readonly enforcement?: 'prevent' | 'alert';
  /** Shares of the limit, 0..1. */
  readonly alertThresholds?: readonly number[];
  readonly onInsufficient?: OnInsufficient | readonly OnInsufficient[];
  readonly downgradeTo?: string;
}

type Camel<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : S;
type Camelized<T> = T extends readonly (infer Item)[]
  ? readonly Camelized<Item>[]
  : T extends object
    ? { readonly [K in keyof T as K extends string ? Camel<K> : K]: Camelized<T[K]> }
    : T;

/** A policy with the words of policy files in camel case. */
export type PolicyConfiguration = Camelized<PolicyInput>;

/** What a program asks for. */
export interface RouteRequest {
  readonly model: string;
  /** Either these or `prompt`. */
  readonly messages?: readonly ChatMessage[];
  readonly prompt?: string;
  /** The longest answer, in tokens. Without it a request's cost has no bound. */
  readonly maxTokens?: number;
  readonly temperature?: number;
  /** Only keys of this provider. */
  readonly provider?: string;
  readonly objective?: ObjectiveName | Objective;
  readonly team?: string;
  readonly project?: string;
  readonly tool?: string;
  readonly tags?: readonly string[];
  /** Keeps its turns on the account that has its prompt cached; by its beginning if left out. */
  readonly conversation?: string;
  /** No attempt begins later, ms from now. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

export interface TokensUsed {
  /** All input tokens, cached or not. */
  readonly input: number;
  readonly output: number;
  readonly total: number;
  /** The part of the input that came from the provider's prompt cache. */
  readonly cached: number;
}

export interface RouteMetadata {
  readonly requestId: string;
  /** The key's id. */
  readonly keyUsed: string;
  readonly keyName: string;
  readonly providerUsed: string;
  readonly modelUsed: string;
  readonly tokensUsed: TokensUsed;
  /** Dollars, before it was sent; `null` without a known price. */
  readonly costEstimated: number | null;
  /** Dollars, over all attempts. */
  readonly costActual: number;
  /** How many keys were tried. */
  readonly attempts: number;
  /** Why it went where it went, as a paragraph. */
  readonly routingExplanation: string;
  readonly warnings: readonly string[];
}

export interface RouteResponse {
  readonly content: string;
  readonly metadata: RouteMetadata;
  /** The answer as a chat completion (translated, where the provider speaks another protocol); `null` for a stream. */
  readonly raw: unknown;
}

/** An answer in pieces. Iterate over it for the text; `response` resolves when it is complete. */
export interface RouteStream extends AsyncIterable<string> {
  readonly response: Promise<RouteResponse>;
}

/** One of many: an answer, or why there is none. */
export type BatchResult =
  | { readonly ok: true; readonly response: RouteResponse }
  | { readonly ok: false; readonly error: Error };

export interface CostEstimation {
  /** Dollars: the middle, and where four of five outcomes lie. */
  readonly estimated: number;
  readonly low: number;
  readonly high: number;
  /** The most that it can cost; `null` without an output limit. */
  readonly worstCase: number | null;
  /** 0..1: how much experience stands behind it. */
  readonly confidence: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** The key, model and provider that would be chosen now. */
  readonly keyId: string;
  readonly model: string;
  readonly provider: string;
  /** Dollars that the account's prompt cache is expected to save. */
  readonly cacheSavings: number;
}

/** A budget as it stands. Amounts in dollars. */
export interface BudgetState {
  readonly id: string;
  readonly name: string;
  readonly scope: BudgetScope;
  readonly enforcement: 'prevent' | 'alert';
  readonly limit: number;
  readonly spent: number;
  /** Reserved by running requests and by those of unknown outcome. */
  readonly held: number;
  readonly remaining: number;
  readonly windowStart: Date;
  readonly windowEnd: Date | null;
}

export interface BudgetCheck {
  /** Whether the worst case of the request fits into every `prevent` budget now. */
  readonly allowed: boolean;
  readonly budgets: readonly BudgetState[];
  /** The first budget that it does not fit into. */
  readonly blockedBy: string | null;
}

export interface QuotaState {
  readonly id: string;
  readonly dimension: QuotaDimension;
  readonly window: TimeWindow;
  readonly totalCapacity: number;
  readonly used: number;
  readonly remaining: number;
  /** What the provider's answers say of the same limit; `used` and `remaining` are by the stricter of both. */
  readonly reportedByProvider: { readonly limit: number; readonly remaining: number } | null;
  readonly capacityState: CapacityState;
  readonly resetsAt: Date | null;
  readonly prediction: QuotaPrediction | null;
}

/** When a quota is expected to run out. */
export interface QuotaPrediction {
  readonly exhaustedAt: Date;
  /** Four of five outcomes lie between these. */
  readonly earliest: Date;
  readonly latest: Date;
  /** 0..1: how likely it runs out before its reset. */
  readonly confidence: number;
}

/** How a name stands for several models. */
export interface GroupOptions {
  /**
   * `in_order`: the first, then the next ones as fallbacks. `best`: the keys of all of them are candidates of one
   * decision. Default `in_order`.
   */
  readonly choose?: TargetChoice;
  /** Unless the request says otherwise. */
  readonly objective?: ObjectiveName | Objective;
}

/** A name that stands for models. */
export type ModelNameDetails = ModelNameView;

/** A model, or a name of models, that can be asked for. */
export interface ServedModel extends Omit<ServedModelView, 'price'> {
  /** Dollars a million tokens; of a name the dearest of its models; `null`: not in the price book. */
  readonly price: { readonly input: number; readonly output: number } | null;
}

/** A key without its secret. */
export interface KeyDetails {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  /** Last four characters of the secret. */
  readonly hint: string;
  readonly state: KeyState;
  /** When the state ends by itself, where known. */
  readonly until: Date | null;
  readonly metadata: KeyMetadata;
  readonly requestsServed: number;
  /** 0..1; `null` before the first. */
  readonly successRate: number | null;
  /** Dollars. */
  readonly spentToday: number;
}

export interface StateSummary {
  readonly keys: readonly KeyDetails[];
  readonly keysByState: Readonly<Record<KeyState, number>>;
  readonly quotas: readonly QuotaState[];
  readonly budgets: readonly BudgetState[];
  readonly policies: readonly string[];
  readonly requestsRunning: number;
  /** Dollars. */
  readonly spentToday: number;
  /** Which prices count, and how old they are: `refreshPrices` brings newer ones. */
  readonly prices: { readonly edition: string; readonly asOf: Date };
}
