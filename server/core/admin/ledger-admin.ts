import type { NanoUsd } from '../../../shared/model/money.ts';
import { amountsOf } from '../ledger/settle-cost.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ledger, LedgerEntry, Settlement } from '../ports/store.ts';
import { RouterError } from '../router-error.ts';
import { amountOfDollars } from './amount-of-dollars.ts';
import type { AuditLog } from './audit-log.ts';
import type { ChangeHub } from './change-hub.ts';

/** More than any request makes. */
const MAX_ATTEMPTS = 1000;

/** What an attempt of unknown outcome turned out to cost. */
export interface KnownCost {
  readonly requestId: string;
  readonly attemptId: string;
  readonly costNano: NanoUsd;
}

/** What was booked, and what a person knows better. */
export class LedgerAdmin {
  readonly #store: Ledger;
  readonly #audit: AuditLog;
  readonly #changes: ChangeHub;
  readonly #clock: Clock;

  constructor(parts: {
    readonly store: Ledger;
    readonly audit: AuditLog;
    readonly changes: ChangeHub;
    readonly clock: Clock;
  }) {
    this.#store = parts.store;
    this.#audit = parts.audit;
    this.#changes = parts.changes;
    this.#clock = parts.clock;
  }

  /** The newest entries, oldest of them first. */
  entries(query: { readonly requestId?: string; readonly limit: number }): Promise<readonly LedgerEntry[]> {
    return this.#store.entries(query);
  }

  /**
   * A person says what an attempt cost whose outcome nobody saw: that takes the place of what was booked or held for
   * it; with nothing it is released. Throws `RouterError('not_found')`, or `conflict` where the outcome is known.
   */
  async correct(
    attempt: { readonly requestId: string; readonly attemptId: string; readonly usd: number },
    actor: string,
  ): Promise<LedgerEntry> {
    const { requestId, attemptId, usd } = attempt;
    await this.correctAll([{ requestId, attemptId, costNano: amountOfDollars(usd) }], { actor });
    return this.#entry(requestId, attemptId);
  }

  /**
   * The same for several, all or none of them. `because` is kept in the audit log with each. Throws as `correct` does,
   * before anything is booked.
   */
  async correctAll(
    attempts: readonly KnownCost[],
    { actor, because = {} }: { readonly actor: string; readonly because?: object },
  ): Promise<void> {
    const before: LedgerEntry[] = [];
    for (const { requestId, attemptId } of attempts) before.push(await this.#unknown(requestId, attemptId));
    const at = this.#clock.now();
    await this.#store.settleMany(
      before.map(({ attemptId, usage }, index): Settlement => {
        const costNano = attempts[index]?.costNano ?? 0;
        const costBasis = costNano === 0 ? 'not_billed' : 'estimated';
        return { attemptId, at, costNano, costBasis, usage, amounts: amountsOf(usage) };
      }),
    );
    for (const [index, { attemptId, costNano, costBasis, reservedNano }] of before.entries()) {
      await this.#audit.record({
        actor,
        action: 'attempt.correct',
        target: attemptId,
        before: { costNano, costBasis, reservedNano },
        after: { costNano: attempts[index]?.costNano, ...because },
      });
    }
    this.#changes.emit('limits', 'state');
  }

  async #unknown(requestId: string, attemptId: string): Promise<LedgerEntry> {
    const entry = await this.#entry(requestId, attemptId);
    if (entry.state === 'unknown') return entry;
    const why = entry.state === 'settled' ? 'is settled' : 'still runs';
    throw new RouterError('conflict', `Attempt "${attemptId}" ${why}: its cost is not in doubt.`);
  }

  async #entry(requestId: string, attemptId: string): Promise<LedgerEntry> {
    const entries = await this.#store.entries({ requestId, limit: MAX_ATTEMPTS });
    const found = entries.find((entry) => entry.attemptId === attemptId);
    if (found) return found;
    throw new RouterError('not_found', `There is no attempt "${attemptId}" of request "${requestId}".`);
  }
}
