import type { NanoUsd } from '../../../shared/model/money.ts';

/** Whole UTC days. */
export interface DaySpan {
  /** Beginning of the first day, ms since the epoch. */
  readonly since: number;
  /** Beginning of the day after the last one. */
  readonly until: number;
}

/** What a provider billed. A day has as many amounts as it has parts. */
export interface BilledAmount {
  /** Beginning of the UTC day. */
  readonly day: number;
  /** The project or workspace; `null` where the provider names none. */
  readonly scope: string | null;
  /** Negative for what was credited. */
  readonly nano: NanoUsd;
}

export interface BillingPage {
  readonly amounts: readonly BilledAmount[];
  /** What to ask for next; `null`: that was all. */
  readonly next: string | null;
}

/** Reads what a provider billed over its usage or cost API. Pure: builds requests and reads answers. */
export interface BillingReader {
  /** Where keys that may read it are made. */
  readonly keysUrl: string;
  /** What the bill is split by; `null`: the API does not split it. */
  readonly scope: 'project' | 'workspace' | null;
  /** What the API leaves out, in sentences. */
  readonly leavesOut: readonly string[];
  /** Of an API that tells completed days only: how many of them. */
  readonly completedDays?: number;
  /** Path below the provider's base URL, with its query. */
  path(span: DaySpan, page: string | null): string;
  /** `null`: not an answer of this API. */
  read(json: unknown): BillingPage | null;
  /** The scope behind an account as `ProviderAdapter.readAccount` names it; `null` if it does not say. */
  scopeOf?(account: string): string | null;
}
