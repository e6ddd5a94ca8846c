import type { BudgetRecord } from '../../../shared/model/limits.ts';
import type { CounterAddress, Store, UsedCounter } from '../ports/store.ts';
import { budgetAddress, effectiveLimit, readBudgets } from './budget-book.ts';

/** A budget's spend has reached a share of its limit. */
export interface BudgetAlert {
  readonly budgetId: string;
  readonly name: string;
  /** 0..1. */
  readonly threshold: number;
  readonly spentNano: number;
  readonly limitNano: number;
  readonly at: number;
}

/** Tells of thresholds, each once a window, also over restarts. */
export class BudgetAlerts {
  readonly #store: Pick<Store, 'counters' | 'saveAlert' | 'forgetAlerts'>;
  readonly #given: Set<string>;
  readonly #tell: (alert: BudgetAlert) => void;

  constructor(
    store: Pick<Store, 'counters' | 'saveAlert' | 'forgetAlerts'>,
    given: readonly string[],
    tell: (alert: BudgetAlert) => void,
  ) {
    this.#store = store;
    this.#given = new Set(given);
    this.#tell = tell;
  }

  /** After a settlement: looks at the budgets on which it counted. */
  async check(budgets: readonly BudgetRecord[], conversation: string | null, at: number): Promise<void> {
    const pending = budgets.filter((budget) => this.#pending(budget, conversation, at).length > 0);
    if (pending.length === 0) return;
    const counters = await readBudgets(this.#store, pending, conversation, at);
    await Promise.all(
      pending.map((budget, index) => this.#compare(budget, conversation, at, counters[index]?.spent ?? 0)),
    );
  }

  /**
   * Goes over the marks of given alerts, and forgets those of windows that have ended and of conversations whose counter
   * was forgotten: nothing can reach their thresholds any more.
   */
  forget(lifetime: AlertLifetime): {
    readonly next: (limit: number) => Promise<'more' | 'done'>;
  } {
    const names = [...this.#given];
    const next = async (limit: number): Promise<'more' | 'done'> => {
      const looked = names.splice(0, limit);
      const over = await this.#over(looked, lifetime);
      if (over.length > 0) await this.#store.forgetAlerts(over);
      for (const name of over) this.#given.delete(name);
      return names.length > 0 ? 'more' : 'done';
    };
    return { next };
  }

  async #over(names: readonly string[], lifetime: AlertLifetime): Promise<readonly string[]> {
    const addresses = names.map(addressIn);
    const counters = await this.#store.counters(addresses);
    return names.filter((_, index) => {
      const address = addresses[index];
      if (!address) return false;
      const isGone = lifetime.isConversation(address.subject) && counters[index]?.spent === 0;
      return isGone || lifetime.isOver({ ...address, usedAt: null });
    });
  }

  async #compare(
    budget: BudgetRecord,
    conversation: string | null,
    at: number,
    spentNano: number,
  ): Promise<void> {
    const limitNano = effectiveLimit(budget, at);
    for (const threshold of this.#pending(budget, conversation, at)) {
      if (spentNano < threshold * limitNano) continue;
      const [name] = alertNames(budget, conversation, at, threshold);
      if (name === undefined || this.#given.has(name)) continue;
      this.#given.add(name);
      await this.#store.saveAlert(name);
      this.#tell({
        budgetId: budget.id,
        name: budget.name,
        threshold,
        spentNano,
        limitNano,
        at,
      });
    }
  }

  #pending(budget: BudgetRecord, conversation: string | null, at: number): readonly number[] {
    return budget.alertThresholds.filter(
      (threshold) => !alertNames(budget, conversation, at, threshold).some((name) => this.#given.has(name)),
    );
  }
}

/** Says what has ended. */
interface AlertLifetime {
  isOver(counter: UsedCounter): boolean;
  isConversation(subject: string): boolean;
}

/** What an alert is remembered by now, then what one within the same window may have been given under. */
function alertNames(
  budget: BudgetRecord,
  conversation: string | null,
  at: number,
  threshold: number,
): readonly string[] {
  const { subject, windowStart, earlierSlices = [] } = budgetAddress(budget, conversation, at);
  return [windowStart, ...earlierSlices].map((start) => `${subject} ${start} ${threshold}`);
}

/** The counter in an alert's name. Subjects may have spaces in them. */
function addressIn(name: string): CounterAddress {
  const parts = name.split(' ');
  return { subject: parts.slice(0, -2).join(' '), windowStart: Number(parts.at(-2)) };
}
