import type { NanoUsd } from '../../../shared/model/money.ts';
import type {
  BillCoverage,
  ReconciledAccount,
  Reconciliation,
  ResolvedAttempt,
  ResolvedOutcomes,
  UncomparedSpend,
} from '../../../shared/model/reconciliation.ts';
import type { LedgerAdmin } from '../admin/ledger-admin.ts';
import { OneAtATime } from '../admin/one-at-a-time.ts';
import type { KeyPool, PooledKey } from '../key/key-pool.ts';
import type { BilledAmount, BillingReader, DaySpan } from '../ports/billing.ts';
import type { Clock } from '../ports/clock.ts';
import type { DailyLedger, Reports } from '../ports/reports.ts';
import type { LedgerEntry } from '../ports/store.ts';
import type { Upstream } from '../ports/upstream.ts';
import type { Vault } from '../ports/vault.ts';
import { RouterError } from '../router-error.ts';
import { apportion } from './apportion.ts';
import { billedScopes, billOwner } from './bill-owner.ts';
import { compareDay } from './compare-day.ts';
import { readBilling } from './read-billing.ts';
import { DAY_MS, dayName, utcDay } from './utc-days.ts';

/** The longest span that every provider tells. */
const MAX_DAYS = 31;

export interface ReconcilerParts {
  readonly pool: KeyPool;
  readonly reports: Reports;
  readonly ledger: LedgerAdmin;
  readonly vault: Vault;
  readonly upstream: Upstream;
  readonly clock: Clock;
}

export interface ReconcileQuery extends DaySpan {
  /** Only this one. */
  readonly providerId?: string;
}

/** What one billing key answers for. */
interface Portion {
  readonly key: PooledKey;
  readonly ledger: Pick<DailyLedger, 'settled' | 'unknown'>;
}

/** An account with what its days were made of. */
interface Compared {
  readonly account: ReconciledAccount;
  readonly unknown: readonly LedgerEntry[];
}

/** Compares the ledger with what providers say they billed, and gives attempts their cost that nobody saw ending. */
export class Reconciler {
  readonly #parts: ReconcilerParts;
  /** Providers limit how often they tell; and two that resolve must not see the same attempts. */
  readonly #turns = new OneAtATime();

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
  }

  /**
   * Asks every provider that has a billing key, each by itself: one that can't be read has a `problem`. Throws
   * `RouterError`: `invalid_request`, and what `Reports` throws.
   */
  compare(query: ReconcileQuery): Promise<Reconciliation> {
    return this.#turns.run(async () => {
      const { accounts, uncompared } = await this.#compare(query);
      const { since, until } = query;
      return {
        since: dayName(since),
        until: dayName(until - DAY_MS),
        accounts: accounts.map(({ account }) => account),
        uncompared,
      };
    });
  }

  /**
   * Gives attempts of unknown outcome what the bill of their day has above the settled cost, in proportion to what was
   * held for each, where that fits; `exclusive`: a person says that nobody else spends on these accounts. Throws as
   * `compare` and `LedgerAdmin.correctAll` do.
   */
  resolve(query: ReconcileQuery & { readonly exclusive: boolean }, actor: string): Promise<ResolvedOutcomes> {
    return this.#turns.run(async () => {
      const resolved: ResolvedAttempt[] = [];
      const left: ResolvedOutcomes['left'][number][] = [];
      const { accounts } = await this.#compare(query);
      for (const { account, unknown } of accounts) {
        const { providerId } = account;
        for (const compared of account.days) {
          const { day, resolution, billedNano, settledNano, unknownAttempts } = compared;
          if (resolution === 'nothing') continue;
          const may = resolution === 'possible' || (resolution === 'shared' && query.exclusive);
          if (!may || billedNano === null) {
            left.push({ providerId, day, attempts: unknownAttempts, reason: resolution });
            continue;
          }
          const entries = unknown.filter(({ reservedAt }) => dayName(utcDay(reservedAt)) === day);
          const costs = share(billedNano - settledNano, entries);
          const because = { reconciled: day, billedNano, settledNano };
          await this.#parts.ledger.correctAll(costs, { actor, because });
          resolved.push(...costs.map((cost) => ({ providerId, day, ...cost })));
        }
      }
      return { resolved, left };
    });
  }

  /** Attempts whose outcome nobody saw, newest first. Throws what `Reports` throws. */
  async unknown(span: DaySpan): Promise<readonly LedgerEntry[]> {
    return (await this.#parts.reports.daily(span)).unknown;
  }

  async #compare(query: ReconcileQuery): Promise<{
    readonly accounts: readonly Compared[];
    readonly uncompared: readonly UncomparedSpend[];
  }> {
    const { reports, pool } = this.#parts;
    const { since, until, providerId } = query;
    if (until - since > MAX_DAYS * DAY_MS || since >= until) {
      throw new RouterError('invalid_request', `It takes between one day and ${MAX_DAYS} days.`);
    }
    if (providerId !== undefined && !pool.provider(providerId)) {
      throw new RouterError('not_found', `There is no provider "${providerId}".`);
    }
    const isAsked = (id: string): boolean => providerId === undefined || id === providerId;
    const ledger = await reports.daily({ since, until });
    if (ledger.truncated) {
      throw new RouterError(
        'invalid_request',
        'There are too many attempts of unknown outcome to compare. Ask for fewer days.',
      );
    }
    const keys = pool
      .all()
      .filter(({ record, provider }) => record.purpose === 'billing' && isAsked(provider.id));
    const ownerOf = (spender: { readonly providerId: string; readonly keyId: string }): PooledKey | null =>
      billOwner(pool, keys, spender);
    const portions = keys.map(
      (key): Portion => ({
        key,
        ledger: {
          settled: ledger.settled.filter((row) => ownerOf(row) === key),
          unknown: ledger.unknown.filter((entry) => ownerOf(entry) === key),
        },
      }),
    );
    return {
      accounts: await Promise.all(portions.map((portion) => this.#account(portion, query))),
      uncompared: this.#uncompared(
        {
          settled: ledger.settled.filter((row) => isAsked(row.providerId) && !ownerOf(row)),
          unknown: ledger.unknown.filter((entry) => isAsked(entry.providerId) && !ownerOf(entry)),
        },
        keys,
      ),
    };
  }

  async #account({ key, ledger }: Portion, span: DaySpan): Promise<Compared> {
    const { record, provider, adapter } = key;
    const { pool, vault, clock } = this.#parts;
    const reader = adapter.billing?.(provider) ?? null;
    const secret = vault.reveal(record.id);
    const keyIds = new Set([...ledger.settled, ...ledger.unknown].map(({ keyId }) => keyId));
    const { coverage, scopes } = reader
      ? billedScopes(pool, key, reader, keyIds)
      : { coverage: 'organisation' as const, scopes: [] };
    const account = {
      providerId: provider.id,
      keyId: record.id,
      keyName: record.name,
      account: record.metadata.account ?? null,
      coverage,
      scopes,
    };
    const without = (problem: string): Compared => ({
      account: { ...account, problem, notes: [], days: [] },
      unknown: [],
    });
    if (!reader) return without(`No API is known over which ${provider.name} tells what it billed.`);
    if (secret === undefined) return without(`The key "${record.name}" is disabled.`);
    const asked = { provider, adapter, reader, secret, proxy: record.metadata.proxy };
    const billing = await readBilling(this.#parts, asked, span);
    if (!billing.ok) {
      // The provider's sentence may repeat the key.
      return without(
        `${provider.name} did not tell what it billed: ${vault.redact(billing.failure.message)}`,
      );
    }
    const now = clock.now();
    const days = daysOf(span).map((day) =>
      compareDay({
        day,
        settled: ledger.settled.filter((row) => row.day === day),
        unknown: ledger.unknown.filter(({ reservedAt }) => utcDay(reservedAt) === day),
        billedNano: isTold(reader, day, now) ? billedOn(billing.amounts, day, scopes) : null,
        coverage,
        now,
      }),
    );
    return {
      account: { ...account, problem: null, notes: notesOf(reader, coverage), days },
      unknown: ledger.unknown,
    };
  }

  #uncompared(ledger: Portion['ledger'], billingKeys: readonly PooledKey[]): readonly UncomparedSpend[] {
    const { pool } = this.#parts;
    const ids = new Set([...ledger.settled, ...ledger.unknown].map(({ providerId }) => providerId));
    return [...ids].toSorted().map((providerId): UncomparedSpend => {
      const provider = pool.provider(providerId);
      const reader = provider && pool.adapter(provider.kind)?.billing?.(provider);
      const settled = ledger.settled.filter((row) => row.providerId === providerId);
      const unknown = ledger.unknown.filter((entry) => entry.providerId === providerId);
      const name = provider?.name ?? providerId;
      const missing = reader
        ? `No key reads what ${name} billed. Add one with "apikeyrouter keys add ${providerId} --billing"; such keys are made at ${reader.keysUrl}.`
        : `No API is known over which ${name} tells what it billed.`;
      const reason = billingKeys.some((key) => key.provider.id === providerId)
        ? 'No billing key declares the accounts or projects of these keys, or it is not known to which they belong. Declare them with "apikeyrouter keys describe KEY --account ACCOUNT", and "--billing-scope" of the billing key.'
        : missing;
      return {
        providerId,
        settledNano: settled.reduce((sum, { costNano }) => sum + costNano, 0),
        unknownNano: unknown.reduce((sum, { reservedNano }) => sum + reservedNano, 0),
        reason,
      };
    });
  }
}

function daysOf({ since, until }: DaySpan): readonly number[] {
  return Array.from({ length: Math.round((until - since) / DAY_MS) }, (_, index) => since + index * DAY_MS);
}

function isTold({ completedDays }: BillingReader, day: number, now: number): boolean {
  const today = utcDay(now);
  return completedDays === undefined ? day <= today : day < today && day >= today - completedDays * DAY_MS;
}

function billedOn(amounts: readonly BilledAmount[], day: number, scopes: readonly string[]): NanoUsd {
  return amounts
    .filter((amount) => utcDay(amount.day) === day)
    .filter(({ scope }) => scopes.length === 0 || (scope !== null && scopes.includes(scope)))
    .reduce((sum, { nano }) => sum + nano, 0);
}

function notesOf({ scope, leavesOut }: BillingReader, coverage: BillCoverage): readonly string[] {
  switch (coverage) {
    case 'declared':
      return leavesOut;
    case 'learned':
      return [
        `The bill is that of the ${scope}s of these keys. If others use them too, it has what they spent.`,
        ...leavesOut,
      ];
    case 'organisation':
      return [
        `The bill is that of the whole account. If others use it too, it has what they spent.${
          scope === null
            ? ''
            : ` A ${scope} of your own can be declared with "keys describe --billing-scope".`
        }`,
        ...leavesOut,
      ];
  }
}

function share(
  amount: NanoUsd,
  entries: readonly LedgerEntry[],
): readonly Omit<ResolvedAttempt, 'providerId' | 'day'>[] {
  const shares = apportion(
    amount,
    entries.map(({ reservedNano }) => reservedNano),
  );
  return entries.map(({ requestId, attemptId }, index) => ({
    requestId,
    attemptId,
    costNano: shares[index] ?? 0,
  }));
}
