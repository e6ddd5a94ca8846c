import type { QuotaRecord, TimeWindow } from '../../../shared/model/limits.ts';
import { type BudgetBook, budgetIdOf } from '../budget/budget-book.ts';
import type { UsedCounter } from '../ports/store.ts';
import { addressOf, type WindowOptions } from '../quota/windows.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Days and months of keys, callers and all together are history that people look at. */
const HISTORY_MS = 400 * DAY_MS;
/** What belongs to nothing that is configured may be of a policy that comes back: longer than any calendar window. */
const ORPHAN_MS = 62 * DAY_MS;
/** A conversation's budget without a window ends when nobody has gone on with it for so long. */
const IDLE_CONVERSATION_MS = 30 * DAY_MS;
/** A clock that is set back, or an attempt that is just being admitted, still finds its window. */
const MARGIN_MS = HOUR_MS;

const BUDGET = 'budget:';
const QUOTA = 'quota:';
const NEVER = Number.NEGATIVE_INFINITY;

/**
 * Says of counters, as things are configured now, whether nobody asks for them any more: their windows have ended, or
 * their conversations are long idle.
 */
export class CounterLifetime {
  readonly #budgets: BudgetBook;
  readonly #quotas: ReadonlyMap<string, QuotaRecord>;
  readonly #now: number;
  /** By budget or quota: windows that began before are over. */
  readonly #firstStarts = new Map<string, number>();

  constructor(budgets: BudgetBook, quotas: readonly QuotaRecord[], now: number) {
    this.#budgets = budgets;
    this.#quotas = new Map(quotas.map((quota) => [quota.id, quota]));
    this.#now = now;
  }

  isOver = ({ subject, windowStart, usedAt }: UsedCounter): boolean => {
    if (windowStart > 0) return windowStart < this.#firstStart(subject);
    return this.isConversation(subject) && usedAt !== null && usedAt < this.#now - IDLE_CONVERSATION_MS;
  };

  /** Whether a counter is one of many that a budget has, one for each conversation. */
  isConversation(subject: string): boolean {
    return subject !== this.#ownerOf(subject);
  }

  /** The subject without the conversation. A budget's own id has the name of its policy in it, whatever that is. */
  #ownerOf(subject: string): string {
    const id = budgetIdOf(subject);
    return id === null || this.#budgets.get(subject.slice(BUDGET.length)) ? subject : `${BUDGET}${id}`;
  }

  #firstStart(subject: string): number {
    const owner = this.#ownerOf(subject);
    let start = this.#firstStarts.get(owner);
    if (start === undefined) {
      start = this.#find(owner);
      this.#firstStarts.set(owner, start);
    }
    return start;
  }

  #find(owner: string): number {
    if (owner.startsWith(BUDGET)) {
      const record = this.#budgets.get(owner.slice(BUDGET.length))?.record;
      return this.#earliest(record && { window: record.window, timeZone: record.timeZone, resetAt: null });
    }
    if (owner.startsWith(QUOTA)) return this.#earliest(this.#quotas.get(owner.slice(QUOTA.length)));
    return /\/(?:day|month)$/.test(owner) ? this.#now - HISTORY_MS : NEVER;
  }

  /** The start of the first window, or slice, that still counts. */
  #earliest(limit: ({ readonly window: TimeWindow } & WindowOptions) | undefined): number {
    if (!limit) return this.#now - ORPHAN_MS;
    const { windowStart, earlierSlices = [] } = addressOf('', limit.window, this.#now - MARGIN_MS, limit);
    return Math.min(windowStart, ...earlierSlices);
  }
}
