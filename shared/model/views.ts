import type { BudgetRecord, CapacityState, QuotaRecord } from './limits.ts';
import type { NanoUsd } from './money.ts';
import type { ModelNameDefinition } from './model-names.ts';
import type { ProviderPreset } from './presets.ts';
import type { ErrorCode } from './reasons.ts';
import type { KeyMetadata, ManagementTokenRecord, ProviderRecord } from './records.ts';
import type { AttemptTrace, Decision, Trace } from './trace.ts';
import type { CellRecord, KeyState, LimitDimension } from './states.ts';

/** A limit of a key as last reported by its provider. */
export interface LimitView {
  readonly family: string;
  readonly dimension: LimitDimension;
  readonly limit: number;
  readonly remaining: number;
  readonly resetAt: number | null;
  readonly readAt: number;
}

/** A key as people and programs see it: everything but the secret. */
export interface KeyView {
  readonly id: string;
  readonly name: string;
  readonly providerId: string;
  readonly hint: string;
  readonly enabled: boolean;
  /** `billing`: it only reads what its provider billed; no request uses it. */
  readonly purpose?: 'billing';
  readonly state: KeyState;
  /** When the state ends by itself (ms since the epoch), where known. */
  readonly until: number | null;
  readonly invalidReason: string | null;
  readonly quotaGroup: string | null;
  /** What is declared of it; a proxy's password is left out. */
  readonly metadata: KeyMetadata;
  /** Cells that are not available. */
  readonly cells: readonly CellRecord[];
  readonly limits: readonly LimitView[];
  /** Number of models in the provider's listing; `null` where it could not be read. */
  readonly modelCount: number | null;
  readonly requestsServed: number;
  /** Share of attempts that succeeded lately, 0..1; `null` before the first. */
  readonly successRate: number | null;
  readonly spentTodayNano: NanoUsd;
  readonly createdAt: number;
  readonly checkedAt: number | null;
}

/** A provider; of those that are known beforehand also what helps to add a key. */
export interface ProviderView
  extends Omit<ProviderRecord, 'createdAt'>,
    Partial<Pick<ProviderPreset, 'models' | 'docsUrl' | 'keysUrl' | 'keyPrefix' | 'address'>> {}

export interface VirtualKeyView {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly team: string | null;
  readonly project: string | null;
  readonly tool: string | null;
  readonly tags: readonly string[];
  readonly limitNano: NanoUsd | null;
  readonly limitWindow: 'day' | 'month' | 'total';
  readonly spentNano: NanoUsd;
  /** Slots: what is used instead of what the tool asks for. */
  readonly models: Readonly<Record<string, string>>;
  /** `null`: every model. */
  readonly allowModels: readonly string[] | null;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
}

/** A management token as its owner sees it. */
export type ManagementTokenView = Omit<ManagementTokenRecord, 'digest'>;

/** A budget with what is spent and held in its window. */
export interface BudgetView extends BudgetRecord {
  /** With a raise that has not ended. */
  readonly limitNano: NanoUsd;
  readonly spentNano: NanoUsd;
  readonly heldNano: NanoUsd;
  /** Held by attempts whose outcome a crash hid. */
  readonly unknownNano: NanoUsd;
  readonly remainingNano: NanoUsd;
  readonly windowStart: number;
  /** `null`: a window without end. */
  readonly windowEnd: number | null;
}

/** A quota as it stands. */
export interface QuotaView extends QuotaRecord {
  /** In the dimension's unit: what we count, or what the provider says if that is more (others may use the account). */
  readonly used: number;
  /** The configured capacity, or the provider's own limit if that is less. */
  readonly capacity: number;
  /** What the provider's answers say of the same limit; `null`: nothing, or for a window that is over. */
  readonly learned: { readonly limit: number; readonly remaining: number } | null;
  readonly capacityState: CapacityState;
  /** ms since the epoch; `null`: a window without end, or one that rolls. */
  readonly resetsAt: number | null;
  /** When it is expected to run out; four of five outcomes lie between `low` and `high`. */
  readonly prediction: {
    readonly at: number;
    readonly low: number;
    readonly high: number;
    /** 0..1: how likely it runs out before its reset. */
    readonly confidence: number;
  } | null;
}

/** The choice that a request would get now. */
export interface DryRunView {
  readonly decision: Decision & { readonly explanation: string };
  /** In the order in which policies would have them tried. */
  readonly models: readonly string[];
  /** `null`: it would be refused. */
  readonly chosen: {
    readonly keyId: string;
    readonly keyName: string;
    readonly providerId: string;
    readonly model: string;
  } | null;
  readonly cost: {
    /** `null`: no known price. */
    readonly expectedNano: NanoUsd | null;
    readonly worstNano: NanoUsd | null;
    /** False: the request has no output limit, so that the worst case is an assumption. */
    readonly bounded: boolean;
  } | null;
  /** The budgets that it would count on. */
  readonly budgets: readonly {
    readonly id: string;
    readonly name: string;
    /** `null`: an alert, which stops nothing. */
    readonly leftNano: NanoUsd | null;
    readonly fits: boolean;
  }[];
  readonly refusal: { readonly code: ErrorCode; readonly message: string } | null;
}

/** A name of models. */
export interface ModelNameView extends ModelNameDefinition {
  readonly name: string;
  /** There without being configured. */
  readonly builtIn: boolean;
  /** The models behind it that usable keys serve. */
  readonly served: readonly string[];
}

/** A model, or a name of models, that can be asked for. */
export interface ServedModelView {
  readonly id: string;
  /** A provider's id, `apikeyrouter` for what stands for other models. */
  readonly owner: string;
  /** The models behind a name; empty for a model. */
  readonly standsFor: readonly string[];
  /** In tokens; `null`: not known. */
  readonly contextWindow: number | null;
  /** Nano-dollars a thousand tokens; `null`: not in the price book. */
  readonly price: { readonly inputNano: NanoUsd; readonly outputNano: NanoUsd } | null;
}

/** The daemon at a glance. */
export interface StateView {
  readonly version: string;
  readonly startedAt: number;
  readonly now: number;
  /** `http://127.0.0.1:8484`, without a path. */
  readonly proxyUrl: string;
  readonly keysByState: Readonly<Record<KeyState, number>>;
  readonly spentTodayNano: NanoUsd;
  readonly heldNano: NanoUsd;
  /** Held by attempts whose outcome a crash hid. */
  readonly unknownNano: NanoUsd;
  readonly requestsRunning: number;
  readonly sealing: 'keychain' | 'file' | 'environment' | 'memory';
  readonly priceBook: string;
  /** When that edition was published or fetched, ms since the epoch. */
  readonly pricesAsOf: number;
}

/** What a model costs with these keys. Amounts are nano-USD a million tokens, `null` where no price is known. */
export interface PriceView {
  readonly providerId: string;
  readonly model: string;
  /** Names of the keys that it counts for: what was declared for one key counts for that one only. */
  readonly keys: readonly string[];
  readonly inputNano: NanoUsd | null;
  readonly cacheReadNano: NanoUsd | null;
  readonly cacheWriteNano: NanoUsd | null;
  readonly outputNano: NanoUsd | null;
  /** In tokens; `null`: not known. */
  readonly contextWindow: number | null;
}

/** Which prices count. */
export interface PriceBookView {
  readonly edition: string;
  /** When it was published or fetched, ms since the epoch. */
  readonly asOf: number;
  /** Where the newest one is published. */
  readonly source: string;
}

/** A copy of the database, checked after it was written. */
export interface BackupView {
  /** Its absolute path. */
  readonly file: string;
  readonly bytes: number;
  /** ms since the epoch. */
  readonly createdAt: number;
}

/** One line of a request list. */
export interface RequestView {
  readonly requestId: string;
  readonly startedAt: number;
  readonly durationMs: number;
  /** Of a request that names none: its method and path. */
  readonly model: string;
  readonly keyId: string | null;
  readonly keyName: string | null;
  readonly attempts: number;
  readonly status: number;
  readonly outcome: 'succeeded' | 'failed' | 'cancelled' | 'rejected';
  readonly costNano: NanoUsd;
  readonly tool: string | null;
  readonly conversation: string | null;
}

/** A request's whole history in words too: a paragraph for each decision, and what each attempt did to keys' states. */
export interface TraceView extends Omit<Trace, 'decisions' | 'attempts'> {
  readonly decisions: readonly (Decision & { readonly explanation: string })[];
  /** `effects`: a sentence for each of its transitions. */
  readonly attempts: readonly (AttemptTrace & { readonly effects: readonly string[] })[];
}
