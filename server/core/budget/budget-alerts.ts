import type { BudgetRecord } from '../../../shared/model/limits.ts';
import type { Store } from '../ports/store.ts';
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
  readonly #store: Pick<Store, 'counters' | 'saveAlert'>;
  readonly #given: Set<string>;
  readonly #tell: (alert: BudgetAlert) => void;

  constructor(
    store: Pick<Store, 'counters' | 'saveAlert'>,
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

  async #compare(
    budget: BudgetRecord,
    conversation: string | null,
    at: number,
    spentNano: number,
  ): Promise<void> {
    const limitNano = effectiveLimit(budget, at);
    for (const threshold of this.#pending(budget, conversation, at)) {
      if (spentNano < threshold * limitNano) continue;
      const name = alertName(budget, conversation, at, threshold);
      if (this.#given.has(name)) continue;
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
      (threshold) => !this.#given.has(alertName(budget, conversation, at, threshold)),
    );
  }
}

function alertName(budget: BudgetRecord, conversation: string | null, at: number, threshold: number): string {
  const { subject, windowStart } = budgetAddress(budget, conversation, at);
  return `${subject} ${windowStart} ${threshold}`;
}
