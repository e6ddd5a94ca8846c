import { amountsOf } from '../ledger/settle-cost.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ledger, LedgerEntry } from '../ports/store.ts';
import { RouterError } from '../router-error.ts';
import { amountOfDollars } from './amount-of-dollars.ts';
import type { AuditLog } from './audit-log.ts';
import type { ChangeHub } from './change-hub.ts';

/** More than any request makes. */
const MAX_ATTEMPTS = 1000;

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
    const { requestId, attemptId } = attempt;
    const costNano = amountOfDollars(attempt.usd);
    const before = await this.#entry(requestId, attemptId);
    if (before.state !== 'unknown') {
      const why = before.state === 'settled' ? 'is settled' : 'still runs';
      throw new RouterError('conflict', `Attempt "${attemptId}" ${why}: its cost is not in doubt.`);
    }
    const { usage, costBasis } = before;
    await this.#store.settleMany([
      {
        attemptId,
        at: this.#clock.now(),
        costNano,
        costBasis: costNano === 0 ? 'not_billed' : 'estimated',
        usage,
        amounts: amountsOf(usage),
      },
    ]);
    const known = { costNano: before.costNano, costBasis, reservedNano: before.reservedNano };
    const change = { action: 'attempt.correct', target: attemptId, before: known, after: { costNano } };
    await this.#audit.record({ actor, ...change });
    this.#changes.emit('limits', 'state');
    return this.#entry(requestId, attemptId);
  }

  async #entry(requestId: string, attemptId: string): Promise<LedgerEntry> {
    const entries = await this.#store.entries({ requestId, limit: MAX_ATTEMPTS });
    const found = entries.find((entry) => entry.attemptId === attemptId);
    if (found) return found;
    throw new RouterError('not_found', `There is no attempt "${attemptId}" of request "${requestId}".`);
  }
}
